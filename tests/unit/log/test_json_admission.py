import json
import threading
from typing import NoReturn

import pytest
from hypothesis import example, given, strategies as st

from eventrail.log.admission import compact_json
from eventrail.log.errors import Malformed
from eventrail.log.limits import NESTING_LEVELS
from tests.kit.properties import PROPERTY

KEPT = [
    b"{}",
    b"[]",
    b'""',
    b"0",
    b"-0",
    b"-0.0e-0",
    b"1E+5",
    b"1e400",
    b"9" * 5_000,
    b"0." + b"0" * 5_000 + b"1",
    b"true",
    b"null",
    '"🌍 ẞ \u2028"'.encode(),
    rb'"\u0000 \ud83c\udf0d \\ud800 \/ \" \b"',
    b'"\x7f"',
    b'"' + b"x" * 100_000 + b'"',
    b"[" * NESTING_LEVELS + b"]" * NESTING_LEVELS,
    b"[" + b",".join([b'{"a":[{}]}'] * 1_000) + b"]",
    b'"' + b"[" * 1_000 + b'"',
    b'["' + b'\\"[' * 1_000 + b'"]',
]


@pytest.mark.parametrize("raw", KEPT, ids=range(len(KEPT)))
def test_compact_json_is_kept_byte_for_byte(raw: bytes) -> None:
    assert compact_json(raw) == raw


@pytest.mark.parametrize(
    ("raw", "compact"),
    [
        (b" 1", b"1"),
        (b"1\n", b"1"),
        (b'\t{ "a b" : [ 1.0 , 2E5 , "x  y\\n" ] }\r\n', b'{"a b":[1.0,2E5,"x  y\\n"]}'),
        ('[ "🌍  " , "\\u0020" ]'.encode(), '["🌍  ","\\u0020"]'.encode()),
        (b"[ ] ", b"[]"),
        (b"{ } ", b"{}"),
        (b" 1e400 ", b"1e400"),
        (b'[ "a\\\\" , " \\" " ]', b'["a\\\\"," \\" "]'),
    ],
)
def test_only_whitespace_outside_strings_goes(raw: bytes, compact: bytes) -> None:
    assert compact_json(raw) == compact


MALFORMED = [
    (b"", "byte 0"),
    (b"  ", "byte 2"),
    (b"NaN", "number"),
    (b"[Infinity]", "number"),
    (b"-Infinity", "number"),
    (b"01", "byte 1"),
    (b"-", "byte 0"),
    (b"1.", "byte 1"),
    (b".5", "byte 0"),
    (b"+1", "byte 0"),
    (b"1e", "byte 1"),
    (b"0x10", "byte 1"),
    (b"[1,]", "byte"),
    (b'{"a":1,}', "byte"),
    (b"{'a':1}", "byte 1"),
    (b'{"a"}', "byte 4"),
    (b"{1:2}", "byte 1"),
    (b"[1] x", "byte 4"),
    (b"1 2", "byte 2"),
    (b"tru", "byte 0"),
    (b"[", "byte 1"),
    (b'"abc', "byte 0"),
    (b'"\t"', "byte 1"),
    (b'"\x00"', "byte 1"),
    (b'"\n"', "byte 1"),
    (b'"\\x"', "byte 1"),
    (b'"\\u12"', "byte"),
    (b"\xef\xbb\xbf{}", "byte 0"),
    (b'"\xff"', "byte 1"),
    (b'"\xc0\xaf"', "byte 1"),
    (b'"\xed\xa0\x80"', "byte 1"),
    (b'"\xf4\x90\x80\x80"', "byte 1"),
    ('"🌍'.encode()[:-1] + b'"', "byte 1"),
    (b'{"\xff":1}', "byte 2"),
    (b"1\x0c", "byte 1"),
    (b"\xc2\xa01", "byte 0"),
    (rb'"\ud800"', "byte 1"),
    (rb'"\udc00"', "byte 1"),
    (rb'"x\uD83Cy"', "byte 2"),
    (rb'"\ud800\ud800\udc00"', "byte 1"),
    (rb'"\udf0d\ud83c"', "byte 1"),
    (rb'{"\ud800":1}', "byte 2"),
    (rb'[1e400,"\ud800"]', "byte 8"),
    ('["🌍", 01]'.encode(), "byte 10"),
]


@pytest.mark.parametrize("number", [b"1e400", b"9" * 5_000])
@pytest.mark.parametrize("text", [b'"\\n\\\\"', b'"\\ud83c\\udf0d"', b'"\\\\ud800"', b'"\\u0041"'])
def test_escapes_beside_a_number_beyond_what_is_held_are_kept(number: bytes, text: bytes) -> None:
    """The number sends it on the slow path, where each escape is looked at."""
    raw = b"[" + text + b"," + number + b"]"
    assert compact_json(raw) == raw


@pytest.mark.parametrize(("raw", "where"), MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_json_is_refused_and_the_place_named(raw: bytes, where: str) -> None:
    with pytest.raises(Malformed) as refusal:
        compact_json(raw)
    assert refusal.value.where.startswith(where)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_nesting_at_its_limit(opening: bytes, extra: int) -> None:
    levels = opening.count(b"[") + opening.count(b"{")
    repeats = (NESTING_LEVELS + extra) // levels
    over = (NESTING_LEVELS + extra) % levels
    closing = opening.translate(bytes.maketrans(b"[{", b"]}"), b'"a:')[::-1]
    raw = b"[" * over + opening * repeats + b"1" + closing * repeats + b"]" * over
    if extra > 0:
        with pytest.raises(Malformed, match="nested over 64"):
            compact_json(raw)
    else:
        assert compact_json(raw) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'[{"a":' * 100_000 + b"1" + b"}]" * 100_000,
        b"]" * 100_000 + b"[" * 100_000,
        b'"' + b"[" * 100_000,
        b'"\\',
        b'"' + b'\\"' * 100_000,
        b"[" * 65 + b'"\\',
        b"[" * 65 + b'"' + b'\\"' * 100_000,
    ],
    ids=range(10),
)
def test_hostile_nesting_is_refused_on_a_thread_with_a_small_stack(raw: bytes) -> None:
    refusals: list[Malformed] = []

    def admit() -> None:
        try:
            compact_json(raw)
        except Malformed as refusal:
            refusals.append(refusal)

    size = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=admit)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
    assert len(refusals) == 1


def test_brackets_in_strings_are_no_nesting() -> None:
    raw = b'["' + b"[{" * 10_000 + b'\\"' + b"[" * 10_000 + b'"]'
    assert compact_json(raw) == raw


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def judged_by_the_standard_library(raw: bytes) -> bool:
    """RFC 8259 by an independent road: Python's parser, strict UTF-8, no constants, no surrogate left alone."""
    try:
        value = json.loads(raw.decode(), parse_constant=_refuse, parse_int=str, parse_float=str)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        return False
    return not raw.startswith(b"\xef\xbb\xbf")


# fmt: off
FRAGMENTS = st.sampled_from([
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"\\u", b"d83c", b"df0d", b"\\ud83c", b"\\udf0d", b" ", b"\n",
    b"\t", b"\x0c", b"0", b"1", b"-", b"+", b".", b"e", b"E", b"true", b"null", b"NaN", b'"a"', b"\xc3\xa9", b"\xff",
    "🌍".encode(), b"\x00", b"/", b"b", b"'",
])
# fmt: on


@PROPERTY
@given(st.lists(FRAGMENTS, max_size=14).map(b"".join))
@example(b'"\\\\ud800"')
@example(b'"\\ud83c\\udf0d"')
def test_admission_agrees_with_the_standard_library(raw: bytes) -> None:
    try:
        compact = compact_json(raw)
    except Malformed:
        assert not judged_by_the_standard_library(raw)
        return
    assert judged_by_the_standard_library(raw)
    assert compact_json(compact) == compact
    assert json.loads(compact, parse_int=str, parse_float=str) == json.loads(raw, parse_int=str, parse_float=str)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@PROPERTY
@given(VALUES, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_what_json_dumps_is_admitted_in_its_compact_form(value: object, indent: int | str | None, escape: bool) -> None:  # noqa: FBT001 - hypothesis passes by position
    spaced = json.dumps(value, indent=indent, ensure_ascii=escape).encode()
    assert compact_json(spaced) == json.dumps(value, ensure_ascii=escape, separators=(",", ":")).encode()


DUPLICATES = [
    (rb'{"a":1,"a":2}', 7),
    (rb'{"a":1,"\u0061":2}', 7),
    (rb'{"a":{"b":1,"c":[{"d":1,"d":1}]}}', 24),
    (rb'[{"a":1},{"b":1,"b":1}]', 16),
    (rb'{"a":"\u003a","a":2}', 14),
    (rb'{"\u003A":"::","\u003a":2}', 15),
    (rb'{"a":1e400,"a":2}', 11),
    (rb'{"a":123456789012345678901234567890,"a":2}', 36),
    (rb'{"":1,"":2}', 6),
    ('{"🌍":1,"b":2,"🌍":3}'.encode(), 16),
    (rb'{"\"":1,"\"":2}', 8),
]


@pytest.mark.parametrize(("raw", "place"), DUPLICATES, ids=range(len(DUPLICATES)))
def test_a_key_that_stands_twice_is_refused_and_its_place_named(raw: bytes, place: int) -> None:
    with pytest.raises(Malformed, match="twice in one object") as refusal:
        compact_json(raw)
    assert refusal.value.where == f"byte {place}"
    assert compact_json(raw, unique_keys=False) == raw


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
        rb'{"a":"a\":\"a","b":":"}',
        rb'{"a":"\u003a:","b":"\u003A"}',
        rb'{"a":1e400,"b":123456789012345678901234567890}',
        rb'{"a":1,"A":2,"\u00e0":3}',
        rb'":::"',
    ],
)
def test_control_keys_that_stand_once_are_taken(raw: bytes) -> None:
    assert compact_json(raw) == raw


class Pairs(list[tuple[str, object]]):
    """An object as it is written, so that a key may stand in it twice."""


OBJECTS = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(st.tuples(st.sampled_from("ab:"), inner), max_size=3).map(Pairs)
    ),
    max_leaves=8,
)


def written(value: object) -> str:
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{written(member)}" for key, member in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def has_a_key_twice(value: object) -> bool:
    if isinstance(value, Pairs):
        return len(dict(value)) < len(value) or any(has_a_key_twice(member) for _, member in value)
    return isinstance(value, list) and any(map(has_a_key_twice, value))


@PROPERTY
@given(OBJECTS)
def test_a_key_is_refused_exactly_where_it_stands_twice(value: object) -> None:
    raw = written(value).encode()
    if has_a_key_twice(value):
        with pytest.raises(Malformed, match="twice in one object"):
            compact_json(raw)
    else:
        assert compact_json(raw) == raw
