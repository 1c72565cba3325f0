"""A stored line as a message: subject and headers from what the line says, the payload the line itself."""

from dataclasses import dataclass
from typing import Final

import msgspec

from contracts.subjects import EXPECTED_SEQUENCE_HEADER, LOG_ID_HEADER, TRACE_HEADER, TRACE_STATE_HEADER, subject_of

_TRACE_KEY: Final = b'"traceparent":"'
_MAX_CHARACTERS: Final = {TRACE_HEADER: 128, TRACE_STATE_HEADER: 512}


class _Line(msgspec.Struct, frozen=True):
    position: int
    type: str
    tags: tuple[str, ...]
    meta: msgspec.Raw


_LINE: Final = msgspec.json.Decoder(_Line)
_META: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Message:
    """`position` is the sequence that the message must get."""

    position: int
    subject: str
    headers: dict[str, str]
    payload: bytes


def message_of(line: bytes, log_id: str) -> Message:
    """The message of a stored line (without its line feed)."""
    known = _LINE.decode(line)
    headers = {LOG_ID_HEADER: log_id, EXPECTED_SEQUENCE_HEADER: str(known.position - 1)}
    headers.update(_trace(bytes(known.meta)))
    return Message(known.position, subject_of(known.type, known.tags), headers, line)


def _trace(meta: bytes) -> dict[str, str]:
    """The trace context as the client gave it; a header holds no more than one short line of text."""
    if _TRACE_KEY not in meta:
        return {}
    known = _META.decode(meta)
    found = {name: _text(known.get(name), limit) for name, limit in _MAX_CHARACTERS.items()}
    return {name: text for name, text in found.items() if text} if found[TRACE_HEADER] else {}


def _text(raw: msgspec.Raw | None, limit_characters: int) -> str:
    try:
        text = msgspec.json.decode(raw, type=str) if raw is not None else ""
    except msgspec.MsgspecError:
        return ""
    return text if len(text) <= limit_characters and text.isascii() and text.isprintable() else ""
