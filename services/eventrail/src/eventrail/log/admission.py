"""What may enter the log: the grammar and the limits of events, and JSON made compact."""

from eventrail.log.events import Append


def compact_json(raw: bytes) -> bytes:
    """The same JSON without insignificant whitespace; raises `Malformed` on anything outside RFC 8259."""
    raise NotImplementedError


def check_append(append: Append) -> None:
    """Raise `Malformed` or `TooLarge` unless the append keeps the grammar and the limits."""
    raise NotImplementedError
