"""The AsyncAPI document names the subjects and the messages that there are."""

import re
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError

from contracts.asyncapi import document
from contracts.events.registry import STRUCTS
from contracts.subjects import LOG_ID_HEADER, subject_of
from eventrail_client import MemoryEventStore, NewEvent
from tests.unit.contracts.references import broken, resolved
from tests.unit.contracts.vectors import VECTORS

DOCUMENT = document()


def valid(schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def test_it_is_whole() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    assert broken(DOCUMENT) == []
    for name in (*DOCUMENT["components"]["messages"], *DOCUMENT["components"]["schemas"]):
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_a_channel_s_parameters_are_those_of_its_address() -> None:
    for channel in DOCUMENT["channels"].values():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(channel.get("parameters", {}))
        assert channel["messages"]


def test_operations_send_messages_of_their_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = resolved(DOCUMENT, operation["channel"]["$ref"])
        sent = [reference["$ref"].rpartition("/")[2] for reference in operation["messages"]]
        assert sorted(sent) == sorted(channel["messages"])


@pytest.mark.parametrize("event_type", STRUCTS)
def test_each_event_type_has_the_channel_it_is_published_on(event_type: str) -> None:
    channel = DOCUMENT["channels"][event_type]
    assert channel["address"].replace("{tag}", "employer:e1") == subject_of(
        event_type, ("employer:e1", "assessment:a7")
    )


async def test_lines_fit_the_payload_of_their_message() -> None:
    store = MemoryEventStore()
    for file, vector in VECTORS:
        await store.append([NewEvent(data=vector.data, type=file.type, tags=("employer:e1",))])
    page = await store.read()
    assert len(page.lines) == len(VECTORS)
    for event, line in zip(page.events, page.lines, strict=True):
        (message,) = DOCUMENT["channels"][event.type]["messages"].values()
        payload = resolved(DOCUMENT, message["$ref"])["payload"]
        valid(payload, msgspec.json.decode(line))
        with pytest.raises(ValidationError):
            valid(payload, {**msgspec.json.decode(line), "type": "another"})
        with pytest.raises(ValidationError):
            valid(payload, {**msgspec.json.decode(line), "data": {}})


def test_a_message_says_of_which_log_it_is() -> None:
    headers = DOCUMENT["components"]["schemas"]["Headers"]
    valid(headers, {LOG_ID_HEADER: "0198c0de-aaaa-7bbb-8ccc-dddddddddddd"})
    with pytest.raises(ValidationError):
        valid(headers, {})
