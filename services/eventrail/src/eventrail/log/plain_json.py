"""JSON that is surely sound, seen by a few calls for all of it, each made in C."""

from typing import Any, Final

import msgspec

PLAIN_LEVELS: Final = 8
"""Arrays and objects within each other; the deepest JSON that is decoded without its brackets being counted before."""


def _nested(levels: int) -> Any:
    """The type of JSON that is nested so deeply at most: the decoder goes no further down."""
    kind: Any = None | bool | int | float | str
    for _ in range(levels):
        kind = None | bool | int | float | str | list[kind] | dict[str, kind]
    return kind


_decode: Final = msgspec.json.Decoder(_nested(PLAIN_LEVELS)).decode
_encode: Final = msgspec.json.Encoder().encode


def surely_compact(raw: bytes) -> bytes | None:
    """What `admission.compact_json` makes of plain JSON; None where it takes a closer look, be it to refuse."""
    try:
        value = _decode(raw)
        if not raw.isascii():
            raw.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    written = _encode(value)
    if written == raw:
        return raw
    compact = msgspec.json.format(raw, indent=-1)
    return compact if written == compact or keeps_its_keys(compact, written) else None


def keeps_its_keys(raw: bytes, written: bytes) -> bool:
    """Whether it is sure that no key of JSON was lost when it was decoded and written again.

    With each key goes a colon, unless it stands in an escape: as many colons mean that none was.
    """
    return not (b"\\" in raw and b"\\u003" in raw) and written.count(b":") == raw.count(b":")
