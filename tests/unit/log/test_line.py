import hashlib
import json

import pytest
from hypothesis import given, strategies as st

from eventrail.log.events import NewEvent
from eventrail.log.line import BadLine, StoredLine, claimed_sync, follow, form_line, format_time, genesis, parse_line
from tests.kit.logs import numbered_id
from tests.kit.properties import PROPERTY

LOG_ID = "0198c0de-0000-7000-8000-000000000000"
TIME = "2026-11-22T08:00:00.123456Z"


def formed(previous: StoredLine, event: NewEvent, *, commit: int | None = None, synced: int | None = None) -> bytes:
    position = previous.position + 1
    raw, _ = form_line(
        event,
        event.id or numbered_id(position),
        position=position,
        time=TIME,
        commit=commit or position,
        synced=previous.position if synced is None else synced,
        previous_hash=previous.hash,
    )
    return raw


def test_a_line_is_written_exactly_as_specified() -> None:
    event = NewEvent(
        "assessment.published", ("employer:e1", "assessment:a7"), '{"n":"🌍"}'.encode(), LOG_ID, b'{"actor":"\\u0000"}'
    )
    raw, line_hash = form_line(event, LOG_ID, position=42, time=TIME, commit=43, synced=40, previous_hash="ab" * 32)
    covered = (
        '{"position":42,"id":"0198c0de-0000-7000-8000-000000000000","type":"assessment.published",'
        '"tags":["employer:e1","assessment:a7"],"time":"2026-11-22T08:00:00.123456Z","data":{"n":"🌍"},'
        '"meta":{"actor":"\\u0000"},"commit":43,"synced":40'
    ).encode()
    assert line_hash == hashlib.sha256(b"ab" * 32 + covered).hexdigest()
    assert raw == covered + f',"hash":"{line_hash}"}}\n'.encode()
    assert raw[:-1][:-75] == covered


def test_the_chain_begins_with_the_hash_of_the_log_id() -> None:
    line_hash = hashlib.sha256(LOG_ID.encode()).hexdigest()
    assert genesis(LOG_ID) == StoredLine(0, "", "", (), "", 0, 0, line_hash, data_start=0)


def test_a_line_is_read_as_it_was_formed() -> None:
    event = NewEvent("room.opened", ("room:1", "floor:2"), b"1", LOG_ID, b"{}")
    raw = formed(genesis(LOG_ID), event, commit=3)
    line_hash = raw[-67:-3].decode()
    expected = StoredLine(
        1, LOG_ID, "room.opened", ("room:1", "floor:2"), TIME, 3, 0, line_hash, raw.index(b'1,"meta"')
    )
    assert parse_line(raw) == expected


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TAGS = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,9}:[A-Za-z0-9_:-]{1,9}", fullmatch=True), max_size=16)
TYPES = st.from_regex(r"[a-z0-9_]{1,9}(\.[a-z0-9_]{1,9}){0,3}", fullmatch=True)


@PROPERTY
@given(
    data=JSON_VALUES,
    meta=st.dictionaries(st.text(), JSON_VALUES, max_size=3),
    tags=TAGS,
    kind=TYPES,
    ascii_only=st.booleans(),
)
def test_every_event_comes_back_from_its_line(
    data: object, meta: object, tags: list[str], kind: str, *, ascii_only: bool
) -> None:
    def compact(value: object) -> bytes:
        text = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")

    event = NewEvent(kind, tuple(tags), compact(data), None, compact(meta))
    raw = formed(genesis(LOG_ID), event)
    line = follow(genesis(LOG_ID), raw)
    assert (line.type, line.tags, line.position, line.commit, line.synced) == (kind, tuple(tags), 1, 1, 0)
    assert raw[line.data_start :].startswith(event.data + b',"meta":' + event.meta + b',"commit":1,')
    assert raw.count(b"\n") == 1


NOT_CONTINUED = "the line before belongs to an append that this line does not continue"
MISFIT = "commit or synced do not fit the line before"


def damaged_lines() -> dict[str, tuple[bytes, str]]:
    first = formed(genesis(LOG_ID), NewEvent("a", (), b"1"))
    good = follow(genesis(LOG_ID), first)
    second = formed(good, NewEvent("b", ("t:1",), b"2"))
    return {
        "no newline": (second[:-1], "the line has no end"),
        "another position": (formed(genesis(LOG_ID), NewEvent("b", (), b"2")), "position 1 stands where 2 belongs"),
        "commit below the position": (formed(good, NewEvent("b", (), b"2"), commit=1), MISFIT),
        "synced that never was a head": (formed(good, NewEvent("b", (), b"2"), synced=7), MISFIT),
        "an earlier time": (
            second.replace(b"2026-11-22T08", b"2026-11-22T07"),
            "its time is before the time of the line before",
        ),
        "another byte of data": (second.replace(b'"data":2', b'"data":3'), "the hash does not close"),
        "another byte of hash": (
            second[:-4] + (b"0" if second[-4:-3] != b"0" else b"1") + second[-3:],
            "the hash does not close",
        ),
        "keys in another order": (
            second.replace(b'"type":"b","tags":["t:1"]', b'"tags":["t:1"],"type":"b"'),
            "not the shape of a line",
        ),
        "no meta": (second.replace(b',"meta":{}', b""), "not the shape of a line"),
        "whitespace": (second.replace(b'"data":2', b'"data": 2'), "the hash does not close"),
        "a position with a zero before": (second.replace(b'"position":2', b'"position":02'), "not the shape of a line"),
        "zeros": (b"\0" * 200 + b"\n", "not the shape of a line"),
        "nothing": (b"\n", "not the shape of a line"),
    }


@pytest.mark.parametrize("damage", damaged_lines())
def test_what_is_not_the_next_line_is_refused_with_a_reason(damage: str) -> None:
    previous = follow(genesis(LOG_ID), formed(genesis(LOG_ID), NewEvent("a", (), b"1")))
    raw, reason = damaged_lines()[damage]
    with pytest.raises(BadLine) as refusal:
        follow(previous, raw)
    assert (refusal.value.reason, str(refusal.value)) == (reason, reason)
    assert refusal.value.misplaced == (damage == "another position"), "only a whole line can be out of its place"


def test_a_line_inside_an_append_continues_it() -> None:
    first = follow(genesis(LOG_ID), formed(genesis(LOG_ID), NewEvent("a", (), b"1"), commit=2))
    assert follow(first, formed(first, NewEvent("a", (), b"1"), commit=2, synced=0)).commit == 2
    for commit, synced in ((3, 0), (2, 1)):
        with pytest.raises(BadLine, match=f"^{NOT_CONTINUED}$"):
            follow(first, formed(first, NewEvent("a", (), b"1"), commit=commit, synced=synced))


def test_lines_of_one_batch_share_its_synced() -> None:
    first = follow(genesis(LOG_ID), formed(genesis(LOG_ID), NewEvent("a", (), b"1")))
    same_batch = follow(first, formed(first, NewEvent("a", (), b"1"), synced=0))
    assert follow(same_batch, formed(same_batch, NewEvent("a", (), b"1"), synced=2)).synced == 2
    with pytest.raises(BadLine, match="synced"):
        follow(same_batch, formed(same_batch, NewEvent("a", (), b"1"), synced=1))


def test_only_an_ended_line_claims_what_was_synced() -> None:
    raw = formed(genesis(LOG_ID), NewEvent("a", (), b"1"))
    imitation = raw[:-1].replace(b'"synced":0', b'"synced":999')
    assert claimed_sync(raw) == 0
    assert claimed_sync(b"\0garbage" + raw) == 0
    assert claimed_sync(b'{"position":9,"data":' + imitation) == -1
    assert claimed_sync(b'{"position":9,"data":' + imitation + b"\n") == 999


def test_data_that_looks_like_the_end_of_a_line_is_data() -> None:
    bait = b'{"x":1,"meta":{},"commit":9,"synced":8,"hash":"' + b"0" * 64 + b'"}'
    line = parse_line(formed(genesis(LOG_ID), NewEvent("a", (), bait)))
    assert (line.commit, line.synced) == (1, 0)


@pytest.mark.parametrize("part", ["data", "meta"])
def test_what_has_a_newline_never_becomes_a_line(part: str) -> None:
    """Admission has taken it out; one that came through would make two lines of one."""
    broken = NewEvent("a", (), b"[\n1]") if part == "data" else NewEvent("a", (), b"1", None, b"{\n}")
    with pytest.raises(AssertionError, match=f"^{part} is compact JSON$"):
        formed(genesis(LOG_ID), broken)


def test_times_are_utc_with_microseconds_and_sort_as_text() -> None:
    assert format_time(0) == "1970-01-01T00:00:00.000000Z"
    assert format_time(1_795_334_400_123_456) == "2026-11-22T08:00:00.123456Z"
    assert format_time(1_795_334_399_999_999) < format_time(1_795_334_400_000_000)
