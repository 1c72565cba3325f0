"""The trace context of a request in the `meta` of its events, where the client has put none of its own there."""

from typing import Final

import msgspec
from msgspec.structs import replace

from eventrail.log.events import Append, NewEvent
from servicekit.trace_context import TraceContext

_KEYS: Final = (b'"traceparent"', b'"tracestate"')
_NAMES: Final = frozenset({"traceparent", "tracestate"})
_EMPTY: Final = b"{}"
_DECODER: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODE: Final = msgspec.json.Encoder().encode


def with_trace(append: Append, context: TraceContext | None) -> Append:
    """The append as it is to be stored."""
    if context is None:
        return append
    members = {"traceparent": context.traceparent}
    if context.tracestate:
        members["tracestate"] = context.tracestate
    added = _ENCODE(members)[1:]
    return replace(append, events=tuple([_with(event, added) for event in append.events]))


def _with(event: NewEvent, added: bytes) -> NewEvent:
    if _has_own(event.meta):
        return event
    meta = b"{" + added if event.meta == _EMPTY else event.meta[:-1] + b"," + added
    return replace(event, meta=meta)


def _has_own(meta: bytes) -> bool:
    """Only a name at the top counts: what lies deeper, or in a text, is somebody else's."""
    return any(key in meta for key in _KEYS) and not _NAMES.isdisjoint(_DECODER.decode(meta))
