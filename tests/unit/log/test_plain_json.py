import json

import pytest
from hypothesis import given, strategies as st

from eventrail.log.admission import compact_json
from eventrail.log.errors import Malformed
from eventrail.log.plain_json import PLAIN_LEVELS, surely_compact
from tests.kit.properties import PROPERTY
from tests.unit.log.test_json_admission import DUPLICATES, FRAGMENTS, KEPT, MALFORMED, OBJECTS, VALUES, written


def held_against_admission(raw: bytes) -> bytes | None:
    """What is taken at once is what admission makes of it; what admission refuses is never taken."""
    taken = surely_compact(raw)
    if taken is not None:
        assert compact_json(raw) == taken
    return taken


@pytest.mark.parametrize(
    ("raw", "compact"),
    [
        (b"1", b"1"),
        (b'{"a":{"b":[1,2.5,"x: y",null,true]},"c":"::"}', b'{"a":{"b":[1,2.5,"x: y",null,true]},"c":"::"}'),
        (b' { "a b" : [ 1.0 , 2E5 , "x  y\\n" ] }\r\n', b'{"a b":[1.0,2E5,"x  y\\n"]}'),
        ('{"a": "🌍  "}'.encode(), '{"a":"🌍  "}'.encode()),
        (rb'{"a":"\ud83c\udf0d","b":"\u0000"}', rb'{"a":"\ud83c\udf0d","b":"\u0000"}'),
        (rb'{"a":"\\","b":1}', rb'{"a":"\\","b":1}'),
    ],
)
def test_plain_json_is_taken_at_once(raw: bytes, compact: bytes) -> None:
    assert held_against_admission(raw) == compact


@pytest.mark.parametrize("raw", [raw for raw, _ in [*MALFORMED, *DUPLICATES]])
def test_what_admission_refuses_is_not_taken(raw: bytes) -> None:
    with pytest.raises(Malformed):
        compact_json(raw)
    assert surely_compact(raw) is None


@pytest.mark.parametrize("raw", KEPT, ids=range(len(KEPT)))
def test_what_admission_keeps_is_kept_or_left_to_it(raw: bytes) -> None:
    assert held_against_admission(raw) in {raw, None}


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_nesting_at_its_limit(opening: bytes, extra: int) -> None:
    levels = PLAIN_LEVELS + extra
    raw = opening * levels + b"1" + (b"]" if opening == b"[" else b"}") * levels
    assert held_against_admission(raw) == (None if extra > 0 else raw)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
def test_nobody_goes_down_into_what_is_hostile(raw: bytes) -> None:
    assert surely_compact(raw) is None


@PROPERTY
@given(OBJECTS)
def test_a_key_that_stands_twice_is_never_overlooked(value: object) -> None:
    held_against_admission(written(value).encode())


@PROPERTY
@given(VALUES)
def test_values_are_made_compact_alike(value: object) -> None:
    for escape in (False, True):
        held_against_admission(json.dumps(value, ensure_ascii=escape).encode())


@PROPERTY
@given(st.lists(FRAGMENTS, max_size=14).map(b"".join))
def test_bytes_are_judged_alike(raw: bytes) -> None:
    held_against_admission(raw)
