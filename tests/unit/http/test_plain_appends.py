"""An append that is taken without a closer look is the one that the closer look makes of the same body."""

import random

import msgspec
import pytest
from hypothesis import given, strategies as st

from eventrail.http.conversion import append_of_body
from eventrail.http.plain_appends import plain_append
from eventrail.log.errors import LogError
from eventrail.log.events import Append
from servicekit.problems import ProblemRaised
from tests.kit.logs import numbered_id
from tests.kit.odd_requests import CONDITIONS, EVENTS
from tests.kit.properties import PROPERTY

LONG = b'{"data":"' + b"x" * 2_048 + b'"}'
SPACED = b'{ "data" : { "a" : [ 1.50 , "x  y" ] } ,\n "meta" : { "b" : 2 } , "tags" : [ "x:1" , "x:1" ] }'


def looked_at(body: bytes, monkeypatch: pytest.MonkeyPatch) -> Append | tuple[str, ...]:
    """What comes of a body without the quick way: the append, or what its refusal says."""
    with monkeypatch.context() as patch:
        patch.setattr("eventrail.http.conversion.plain_append", lambda _body: None)
        return taken(body)


def taken(body: bytes) -> Append | tuple[str, ...]:
    try:
        return append_of_body(body)
    except ProblemRaised as raised:
        return ("problem", msgspec.json.encode(raised.body).decode())
    except LogError as error:
        return (type(error).__name__, str(error))


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    events = draw(st.lists(st.sampled_from([*EVENTS, *EVENTS[:4] * 5, LONG, SPACED]), max_size=5))
    known = draw(st.sampled_from([0, 0, 1, 2]))
    for place, event in enumerate(events):
        if known and event.startswith(b'{"') and (known == 2 or draw(st.integers(0, 3))):
            events[place] = b'{"id":"%b",' % numbered_id(place // known).encode() + event[1:]
    body = b'{"events":[' + b",".join(events) + b"]"
    if draw(st.integers(0, 3)) == 0:
        body += b',"condition":' + draw(st.sampled_from(CONDITIONS))
    return body + draw(st.sampled_from([*[b"}"] * 8, b" }\n", b"}x", b',"x":1}', b""]))


@PROPERTY
@given(bodies())
def test_both_ways_come_to_the_same(body: bytes) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        expected = looked_at(body, monkeypatch)
        assert taken(body) == expected
        found = plain_append(body)
        assert found is None or found == expected


@pytest.mark.parametrize(
    "event",
    [
        *EVENTS[:4],
        SPACED,
        LONG,
        b'{"data":null,"type":"a.b_1","tags":["a:b","c:d"],"meta":{"actor":"\xc3\xa9"}}',
        b'{"data":{"a":{"b":[[{}]]}},"id":null}',
        b'{"data":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"data":1e999}',
    ],
)
@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_plain_appends_are_taken(event: bytes, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"events":[' + b",".join([event] * count) + b'],"condition":{"fail_if_events_match":[{"after":1}]}}'
    found = plain_append(body)
    assert found is not None
    assert found == looked_at(body, monkeypatch)


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_one_wrong_event_among_others_is_named(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it stands, and whatever is wrong with it."""
    chance = random.Random(7)
    for wrong in EVENTS[4:]:
        events = [b'{"data":{"a":1},"type":"a.b","tags":["x:%d"]}' % number for number in range(count)]
        events[chance.randrange(count)] = wrong
        body = b'{"events":[' + b",".join(events) + b"]}"
        assert taken(body) == looked_at(body, monkeypatch)
