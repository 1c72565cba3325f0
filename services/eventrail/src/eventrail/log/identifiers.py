"""UUID version 7 (RFC 9562, section 5.7): time in milliseconds, its fraction in 12 bits, 62 random bits."""

import os


def uuid7(microseconds: int) -> str:
    """A new id for this time (microseconds since 1970), in canonical lower case.

    Ids of one time are in no order: the log's order is the position.
    """
    milliseconds, fraction = divmod(microseconds, 1_000)
    time = f"{milliseconds:012x}"
    chance = os.urandom(8).hex()
    variant = "89ab"[int(chance[0], 16) & 3]
    return f"{time[:8]}-{time[8:]}-7{fraction * 4_096 // 1_000:03x}-{variant}{chance[1:4]}-{chance[4:]}"
