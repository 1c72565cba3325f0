"""CloudEvents in and out without a server: whatever the specification allows comes back, whatever else is refused."""

import json
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import example, given, settings, strategies as st

from eventrail.http.cloud_attributes import LARGEST_INTEGER, event_id_of
from eventrail.http.cloud_incoming import append_of_batch, append_of_structured
from eventrail.http.cloud_outgoing import cloud_batch, cloud_event
from eventrail.log.errors import LogError
from eventrail.log.events import Append
from eventrail.log.line import form_line
from servicekit.problems import ProblemRaised
from tests.kit.properties import PROPERTY

LOG_ID = "00000000-0000-7000-8000-000000000001"
TIME = "2026-11-22T08:00:00.000000Z"
OWN = {"eventrailid", "eventrailposition", "eventrailtags"}
RESERVED = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", *OWN}

TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)
TYPES = st.from_regex(r"[a-z0-9_]{1,8}(\.[a-z0-9_]{1,8}){0,3}", fullmatch=True)
SOURCES = st.from_regex(r"(https://|urn:|/)[A-Za-z0-9._~/-]{1,20}(\?[a-z=&]{1,9})?", fullmatch=True)
NAMES = st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True).filter(lambda name: name not in RESERVED)
INTEGERS = st.integers(-LARGEST_INTEGER - 1, LARGEST_INTEGER)
EXTENSIONS = st.dictionaries(NAMES, TEXTS | st.booleans() | INTEGERS, max_size=4)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
DATA = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab🌍"), inner, max_size=3)
)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    optional = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "subject": TEXTS,
                "time": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
                "datacontenttype": st.sampled_from(["application/json", "text/plain", "a/b+json; charset=utf-8"]),
                "dataschema": st.just("https://example.org/schema"),
            },
        )
    )
    required = {"specversion": "1.0", "id": draw(TEXTS), "source": draw(SOURCES), "type": draw(TYPES)}
    data = draw(st.just({}) | DATA.map(lambda value: {"data": value}) | st.just({"data_base64": "AAEC/w=="}))
    return {**required, **optional, **draw(EXTENSIONS), **data}


def line_of(append: Append, number: int = 0) -> bytes:
    stored = append.events[number]
    line, _ = form_line(stored, stored.id or "", 7 + number, TIME, 7, 6, "0" * 64)
    return line


@PROPERTY
@given(events())
@example({"specversion": "1.0", "id": "1", "source": "/s", "type": "a", "data": None})
def test_what_comes_in_goes_out(sent: dict[str, Any]) -> None:
    append = append_of_structured(json.dumps(sent).encode(), ())
    assert append.events[0].id == event_id_of(sent["source"], sent["id"])
    out = cloud_event(line_of(append).removesuffix(b"\n"), LOG_ID)
    found = json.loads(out)
    assert {name: value for name, value in found.items() if name not in OWN} == sent
    assert (found["eventrailposition"], found["eventrailid"]) == ("7", append.events[0].id)
    assert JSONFormat().read(CloudEvent, out).get_id() == sent["id"]


@settings(PROPERTY, max_examples=25)
@given(st.lists(events(), min_size=1, max_size=3, unique_by=lambda one: (one["source"], one["id"])))
def test_a_batch_goes_in_and_out_in_its_order(sent: list[dict[str, Any]]) -> None:
    append = append_of_batch(json.dumps(sent).encode(), ("k:v",))
    lines = b"".join(line_of(append, number) for number in range(len(sent)))
    found = json.loads(cloud_batch(lines, LOG_ID))
    assert [{name: value for name, value in one.items() if name not in OWN} for one in found] == sent
    assert {one["eventrailtags"] for one in found} == {"k:v"}


@PROPERTY
@given(st.binary(max_size=60) | events().map(lambda one: json.dumps(one).encode()[:-1]))
def test_anything_else_is_a_refusal_and_no_fault(body: bytes) -> None:
    for read in (append_of_structured, append_of_batch):
        with pytest.raises((ProblemRaised, LogError)):
            read(body, ())


@PROPERTY
@given(DATA)
def test_whatever_stands_in_meta_goes_out_as_a_valid_event(meta: Any) -> None:
    """Anybody may write a `cloudevents` of their own: it is believed only where it is one."""
    append = append_of_structured(b'{"specversion":"1.0","id":"1","source":"/s","type":"a","data":1}', ())
    line = line_of(append)
    forged = line.replace(b'"cloudevents":{"id":"1","source":"/s"}', b'"cloudevents":' + json.dumps(meta).encode())
    assert forged != line
    found = json.loads(cloud_event(forged.removesuffix(b"\n"), LOG_ID))
    assert found["source"] == f"urn:uuid:{LOG_ID}"
    JSONFormat().read(CloudEvent, json.dumps(found))


@pytest.mark.parametrize(
    "meta", ['{"id":"1","source":"/t"}', '{"id":"2","source":"/s"}', '{"id":"1","source":"/s","Ü":1}']
)
def test_another_origin_than_the_id_says_is_not_believed(meta: str) -> None:
    append = append_of_structured(b'{"specversion":"1.0","id":"1","source":"/s","type":"a","data":1}', ())
    line = line_of(append).removesuffix(b"\n")
    assert json.loads(cloud_event(line, LOG_ID))["source"] == "/s"
    forged = line.replace(b'{"id":"1","source":"/s"}', meta.encode())
    assert json.loads(cloud_event(forged, LOG_ID))["source"] == f"urn:uuid:{LOG_ID}"
