"""The trace that a request belongs to, as W3C Trace Context has it in the headers; what is malformed is ignored."""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

MAX_TRACESTATE_CHARACTERS: Final = 512
_TRACEPARENT: Final = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """`tracestate` is empty where there is none."""

    traceparent: str
    tracestate: str = ""

    @property
    def trace_id(self) -> str:
        return self.traceparent[3:35]


TRACE: ContextVar[TraceContext | None] = ContextVar("trace", default=None)
"""Of the request that is being answered."""


def trace_context(headers: Iterable[tuple[bytes, bytes]]) -> TraceContext | None:
    """The context of a request's headers (names in lower case); None without exactly one well-formed traceparent."""
    parents, states = [], []
    for name, value in headers:
        if name == b"traceparent":
            parents.append(value)
        elif name == b"tracestate":
            states.append(value)
    if len(parents) != 1 or not _TRACEPARENT.fullmatch(parents[0]):
        return None
    state = b",".join(states).decode("latin-1")
    fits = len(state) <= MAX_TRACESTATE_CHARACTERS and _TRACESTATE.fullmatch(state)
    return TraceContext(parents[0].decode("ascii"), state if fits else "")
