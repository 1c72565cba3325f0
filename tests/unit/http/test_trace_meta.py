"""A request's trace context in the meta of its events, where they have none of their own."""

import json

import pytest

from eventrail.http.trace_meta import with_trace
from servicekit.trace_context import TraceContext
from tests.kit.logs import append, event

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def metas(context: TraceContext | None, *given: bytes) -> list[bytes]:
    events = (event(b"1", meta=meta) for meta in given)
    return [stored.meta for stored in with_trace(append(*events), context).events]


def test_it_is_put_behind_what_is_there() -> None:
    found = metas(TraceContext(PARENT, 'a="1"'), b"{}", b'{"actor":"web"}')
    assert [json.loads(meta) for meta in found] == [
        {"traceparent": PARENT, "tracestate": 'a="1"'},
        {"actor": "web", "traceparent": PARENT, "tracestate": 'a="1"'},
    ]
    assert found[1].startswith(b'{"actor":"web","traceparent":"00-')
    assert b" " not in found[0]


@pytest.mark.parametrize("own", [b'{"traceparent":"mine"}', b'{"tracestate":"a=1"}', b'{"traceparent":7,"a":1}'])
def test_what_the_client_has_put_there_is_left(own: bytes) -> None:
    assert metas(TraceContext(PARENT), own) == [own]


@pytest.mark.parametrize("deep", [b'{"a":{"traceparent":"x"}}', b'{"a":"\\"traceparent\\""}', b'{"a":["tracestate"]}'])
def test_a_name_that_lies_deeper_is_none_of_the_event(deep: bytes) -> None:
    (found,) = metas(TraceContext(PARENT), deep)
    assert json.loads(found) == {**json.loads(deep), "traceparent": PARENT}


def test_without_a_context_nothing_is_made_anew() -> None:
    given = append(event(b"1"))
    assert with_trace(given, None) is given
