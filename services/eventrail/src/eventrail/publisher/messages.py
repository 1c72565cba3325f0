"""A stored line as a message: subject and headers from what the line says, the payload the line itself."""

from dataclasses import dataclass
from typing import Final

import msgspec

from contracts.subjects import EXPECTED_SEQUENCE_HEADER, LOG_ID_HEADER, TRACE_HEADER, subject_of

_TRACE_KEY: Final = b'"traceparent":"'
_MAX_TRACE_CHARACTERS: Final = 128


class _Meta(msgspec.Struct, frozen=True):
    traceparent: str = ""


class _Line(msgspec.Struct, frozen=True):
    position: int
    type: str
    tags: tuple[str, ...]
    meta: msgspec.Raw


_LINE: Final = msgspec.json.Decoder(_Line)
_META: Final = msgspec.json.Decoder(_Meta)


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
    if trace := _trace(bytes(known.meta)):
        headers[TRACE_HEADER] = trace
    return Message(known.position, subject_of(known.type, known.tags), headers, line)


def _trace(meta: bytes) -> str:
    """The trace context as the client gave it; a header holds no more than one short line of text."""
    if _TRACE_KEY not in meta:
        return ""
    try:
        trace = _META.decode(meta).traceparent
    except msgspec.ValidationError:
        return ""
    fits = len(trace) <= _MAX_TRACE_CHARACTERS and trace.isascii() and trace.isprintable()
    return trace if fits else ""
