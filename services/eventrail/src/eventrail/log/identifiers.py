"""UUID version 7 (RFC 9562, section 5.7): time in milliseconds, its fraction in 12 bits, 62 random bits."""

import os


def uuid7(microseconds: int) -> str:
    """A new id for this time (microseconds since 1970), in canonical lower case.

    Ids of one time are in no order: the log's order is the position.
    """
    milliseconds, fraction = divmod(microseconds, 1_000)
    random_bits = int.from_bytes(os.urandom(8), "big") >> 2
    value = milliseconds << 80 | 0x7 << 76 | (fraction * 4_096 // 1_000) << 64 | 0b10 << 62 | random_bits
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
