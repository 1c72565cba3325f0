"""Events as they were once recorded are read for ever, also by a reader that knows less or more."""

from typing import Any

import msgspec
import pytest

from contracts.documents import versioned_events
from contracts.envelope import Event
from contracts.events import UnknownEvent, decode_event, encode_data, type_of
from contracts.events.registry import STRUCTS
from eventrail.log.line import BadLine, follow, genesis
from eventrail_client.chain import closes, first_hash
from tests.unit.contracts.vectors import NAMES, VECTORS, Vector, VectorFile, lines, vector_files


@pytest.mark.parametrize(("file", "vector"), VECTORS, ids=NAMES)
def test_a_vector_means_what_it_meant(file: VectorFile, vector: Vector) -> None:
    fact = decode_event(file.type, vector.data)
    assert not isinstance(fact, UnknownEvent)
    assert type(fact).__name__ == vector.decoded.struct
    assert msgspec.json.decode(encode_data(fact)) == vector.decoded.fields


@pytest.mark.parametrize(("file", "vector"), VECTORS, ids=NAMES)
def test_a_field_that_came_later_is_passed_over(file: VectorFile, vector: Vector) -> None:
    later = msgspec.json.encode(with_more(msgspec.json.decode(vector.data)))
    assert b"came_later" in later
    assert decode_event(file.type, later) == decode_event(file.type, vector.data)


@pytest.mark.parametrize(("file", "vector"), VECTORS, ids=NAMES)
def test_a_field_that_is_needed_is_missed(file: VectorFile, vector: Vector) -> None:
    data = msgspec.json.decode(vector.data)
    del data["at"]
    with pytest.raises(msgspec.ValidationError, match="at"):
        decode_event(file.type, msgspec.json.encode(data))


@pytest.mark.parametrize(("file", "vector"), VECTORS, ids=NAMES)
def test_a_fact_is_recorded_as_it_was_read(file: VectorFile, vector: Vector) -> None:
    fact = decode_event(file.type, vector.data)
    assert not isinstance(fact, UnknownEvent)
    assert type_of(fact) in STRUCTS
    assert decode_event(type_of(fact), encode_data(fact)) == fact


def test_every_version_of_every_event_has_a_vector() -> None:
    assert set(vector_files()) == set(versioned_events())
    for name, file in vector_files().items():
        assert file.vectors, name
        assert name == f"{file.type}.v{file.version}" if file.version == 1 else name == file.type


def test_an_unknown_type_is_a_value() -> None:
    assert decode_event("invoice.paid", b'{"any":"thing"}') == UnknownEvent(type="invoice.paid")


def test_a_moment_without_an_offset_is_refused() -> None:
    file = vector_files()["assessment.deleted.v1"]
    data = bytes(file.vectors[0].data)
    assert isinstance(decode_event(file.type, data), STRUCTS[file.type])
    with pytest.raises(msgspec.ValidationError, match="at"):
        decode_event(file.type, data.replace(b'Z"', b'"'))


def test_the_chain_of_the_lines_closes_for_engine_and_client() -> None:
    known = lines()
    assert first_hash(known.log_id) == known.first_hash
    previous, stored = known.first_hash, genesis(known.log_id)
    for line in known.lines:
        assert closes(previous, line.encode())
        stored = follow(stored, line.encode() + b"\n")
        event = msgspec.json.decode(line, type=Event)
        assert (event.position, event.commit, event.hash) == (stored.position, stored.commit, stored.hash)
        assert msgspec.json.encode(event).decode() == line, "the keys stand in the order of the Struct"
        previous = event.hash
    assert stored.position == len(known.lines)


def test_a_changed_line_closes_for_neither() -> None:
    known = lines()
    changed = known.lines[0].replace('"data":null', '"data":true').encode()
    assert not closes(known.first_hash, changed)
    with pytest.raises(BadLine):
        follow(genesis(known.log_id), changed + b"\n")


def with_more(value: Any) -> Any:
    """Every object with a field more."""
    if isinstance(value, dict):
        return {**{key: with_more(item) for key, item in value.items()}, "came_later": "🌍"}
    return [with_more(item) for item in value] if isinstance(value, list) else value
