"""W3C Trace Context from headers: taken where it is well-formed, ignored where it is not, told in every log line."""

import json
import logging

import pytest

from servicekit.json_log import JsonLines
from servicekit.trace_context import MAX_TRACESTATE_CHARACTERS, TRACE, TraceContext, trace_context

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"


def given(parent: str, *states: str) -> TraceContext | None:
    headers = [(b"host", b"a"), (b"traceparent", parent.encode())]
    return trace_context([*headers, *((b"tracestate", state.encode()) for state in states)])


def test_a_context_is_taken_as_it_came() -> None:
    assert given(PARENT) == TraceContext(PARENT)
    assert given(PARENT, "a=1,b=2") == TraceContext(PARENT, "a=1,b=2")
    assert given(PARENT, "a=1", "b=2") == TraceContext(PARENT, "a=1,b=2")
    assert TraceContext(PARENT).trace_id == TRACE_ID


@pytest.mark.parametrize(
    "parent",
    [
        "",
        PARENT.upper(),
        PARENT[:-1],
        f"{PARENT}-more",
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00_{TRACE_ID}_{SPAN_ID}_01",
        PARENT.replace("a", "ä"),
    ],
)
def test_a_malformed_parent_is_ignored_with_its_state(parent: str) -> None:
    assert given(parent, "a=1") is None


def test_two_parents_are_none() -> None:
    assert trace_context([(b"traceparent", PARENT.encode())] * 2) is None
    assert trace_context([(b"tracestate", b"a=1")]) is None
    assert trace_context([]) is None


@pytest.mark.parametrize(
    ("length", "kept"),
    [(MAX_TRACESTATE_CHARACTERS - 1, True), (MAX_TRACESTATE_CHARACTERS, True), (MAX_TRACESTATE_CHARACTERS + 1, False)],
)
def test_a_long_state_is_ignored(length: int, *, kept: bool) -> None:
    context = given(PARENT, "a=" + "x" * (length - 2))
    assert context is not None
    assert bool(context.tracestate) is kept


@pytest.mark.parametrize("state", ["", " ", "a=\u00e9", "a=\x01", "a=\n"])
def test_a_state_that_fits_no_header_is_ignored(state: str) -> None:
    assert given(PARENT, state) == TraceContext(PARENT)


def test_a_log_line_names_the_trace_of_its_request() -> None:
    record = logging.LogRecord("a.b", logging.INFO, __file__, 1, "told", (), None)
    assert "trace_id" not in json.loads(JsonLines("example").format(record))
    token = TRACE.set(TraceContext(PARENT))
    try:
        assert json.loads(JsonLines("example").format(record))["trace_id"] == TRACE_ID
    finally:
        TRACE.reset(token)
