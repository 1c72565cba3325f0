import pytest

from eventrail.log.admission import check_append
from eventrail.log.errors import Malformed, TooLarge
from eventrail.log.events import Append, ConditionItem, NewEvent
from eventrail.log.limits import (
    APPEND_BYTES,
    CONDITION_ITEMS,
    CONDITION_TYPES,
    EVENTS_PER_APPEND,
    TAG_CHARACTERS,
    TAGS_PER_EVENT,
    TYPE_CHARACTERS,
)
from tests.kit.logs import append, event, numbered_id


def refused(candidate: Append) -> Malformed | TooLarge | None:
    try:
        check_append(candidate)
    except (Malformed, TooLarge) as refusal:
        return refusal
    return None


def of_type(kind: str) -> Append:
    return append(event(kind=kind))


def with_id(event_id: str) -> Append:
    return Append((NewEvent("event", (), b"1", event_id),))


@pytest.mark.parametrize("kind", ["event", "a", "0", "_", "assessment.published", "a.b.c_1"])
def test_dotted_lower_case_words_are_types(kind: str) -> None:
    assert refused(of_type(kind)) is None
    assert refused(append(event(), unless=(ConditionItem(types=(kind,)),))) is None


@pytest.mark.parametrize("kind", ["", "A", "a.", ".a", "a..b", "a b", "a-b", "é", "a\n", "a.*", "٣"])
def test_other_types_are_refused(kind: str) -> None:
    assert refused(of_type(kind)) is not None
    assert refused(append(event(), unless=(ConditionItem(types=(kind,)),))) is not None


@pytest.mark.parametrize("tag", ["a:b", "employer:E1", "a:b:c", "A_-9:_-:", "-:-"])
def test_names_with_a_value_are_tags(tag: str) -> None:
    assert refused(append(event(b"1", tag))) is None
    assert refused(append(event(), unless=(ConditionItem(tags=(tag,)),))) is None


@pytest.mark.parametrize("tag", ["", "a", ":a", "a:", "a:b ", "a:b\n", "a.b:c", "a:é", "a:*", "a:b.c", 'a:"'])
def test_other_tags_are_refused(tag: str) -> None:
    assert refused(append(event(b"1", tag))) is not None
    assert refused(append(event(), unless=(ConditionItem(tags=(tag,)),))) is not None


def test_only_canonical_uuids_are_ids() -> None:
    assert refused(with_id("0198c0de-1234-7abc-8def-0123456789ab")) is None
    for wrong in (
        "",
        "x",
        "0198C0DE-1234-7abc-8def-0123456789ab",
        "0198c0de12347abc8def0123456789ab",
        numbered_id(1) + "\n",
    ):
        assert refused(with_id(wrong)) is not None


def test_ids_are_for_all_events_or_none_and_never_twice() -> None:
    assert refused(append(event(number=1), event(number=2))) is None
    assert refused(append(event(), event())) is None
    for wrong in (
        append(event(number=1), event()),
        append(event(), event(number=1)),
        append(event(number=1), event(number=1)),
    ):
        assert isinstance(refused(wrong), Malformed)


def test_meta_is_an_object() -> None:
    assert refused(append(event(meta=b'{"actor":"x"}'))) is None
    assert refused(append(event(meta=b"[]"))) is not None


def test_an_append_has_events() -> None:
    assert isinstance(refused(append()), Malformed)


def test_refusals_name_the_place() -> None:
    refusal = refused(append(event(), event(b"1", "a:b", "wrong")))
    assert isinstance(refusal, Malformed)
    assert refusal.where == "events[1].tags"


WRONG = {
    "type": event(kind="A"),
    "tags": event(b"1", "a:b", "a:b\nc:d"),
    "many tags": event(b"1", *[f"t:{n}" for n in range(TAGS_PER_EVENT + 1)]),
    "meta": event(meta=b"[]"),
    "id": NewEvent("event", (), b"1", "7"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_wrong_event_among_others_is_named(wrong: str, place: int) -> None:
    has_id = wrong == "id"
    events = [event(b"1", f"a:{n}", number=n if has_id else None) for n in range(3)]
    assert refused(append(*events)) is None
    events[place] = WRONG[wrong]
    refusal = refused(append(*events))
    assert isinstance(refusal, Malformed)
    assert refusal.where == f"events[{place}].{wrong.removeprefix('many ')}"


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_limits_at_their_edges(beyond: int) -> None:
    filler = b'"' + b"x" * (APPEND_BYTES // 8 - 2 - len("event") - len("{}")) + b'"'
    eight = [event(filler)] * 7 + [event(filler[:-1] + b"x" * beyond + b'"' if beyond >= 0 else filler[:-2] + b'"')]
    candidates = {
        "events": append(*[event()] * (EVENTS_PER_APPEND + beyond)),
        "bytes": append(*eight),
        "type": of_type("x" * (TYPE_CHARACTERS + beyond)),
        "tag": append(event(b"1", "t:" + "x" * (TAG_CHARACTERS - 2 + beyond))),
        "tags": append(event(b"1", *[f"t:{n}" for n in range(TAGS_PER_EVENT + beyond)])),
        "tags of the second": append(event(), event(b"1", *[f"t:{n}" for n in range(TAGS_PER_EVENT + beyond)])),
        "tag of the second": append(event(), event(b"1", "t:" + "x" * (TAG_CHARACTERS - 2 + beyond))),
        "type of the second": append(event(), event(kind="x" * (TYPE_CHARACTERS + beyond))),
        "condition items": append(event(), unless=(ConditionItem(),) * (CONDITION_ITEMS + beyond)),
        "condition types": append(event(), unless=(ConditionItem(types=("a",) * (CONDITION_TYPES + beyond)),)),
        "condition tags": append(event(), unless=(ConditionItem(tags=("a:b",) * (TAGS_PER_EVENT + beyond)),)),
    }
    for name, candidate in candidates.items():
        assert (refused(candidate) is not None) == (beyond > 0), name
    assert isinstance(refused(candidates["events"]), TooLarge | None)
    assert isinstance(refused(candidates["bytes"]), TooLarge | None)


def test_a_condition_looks_forward_from_a_position() -> None:
    assert refused(append(event(), unless=(ConditionItem(after=0),))) is None
    assert refused(append(event(), unless=(ConditionItem(after=-1),))) is not None
