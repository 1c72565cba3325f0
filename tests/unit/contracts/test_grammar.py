"""The words of the contracts: types, tags, digests, subjects and problems."""

from typing import Any

import msgspec
import pytest

from contracts.append import NewEvent
from contracts.envelope import Digest, EventType, Tag
from contracts.problems import Problem, ProblemType, problem
from contracts.sealed import Sealed
from contracts.subjects import subject_of, subject_of_tag, subject_of_type


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (EventType, ["a", "a.b_2.c", "a" * 128], ["", "A", "a.", ".a", "a..b", "a-b", "a b", "é", "a" * 129]),
        (Tag, ["a:b", "A-1:b:c_d", "a:" + "b" * 126], ["", "a", "a:", ":b", "a:é", "a: b", "a:" + "b" * 127]),
        (Digest, ["0" * 64, "0123456789abcdef" * 4], ["", "0" * 63, "0" * 65, "A" * 64]),
        (Sealed, ["gcm1.AA_-"], ["", "gcm1", "gcm1.", ".AA", "GCM1.AA", "gcm1.A=", "gcm1.A.A"]),
    ],
)
def test_a_word_keeps_its_grammar(kind: Any, good: list[str], bad: list[str]) -> None:
    assert [msgspec.convert(word, kind) for word in good] == good
    for word in [*bad, *(word + "\n" for word in good)]:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(word, kind)


def test_a_new_event_needs_its_data_only() -> None:
    event = msgspec.json.decode(b'{"data":null}', type=NewEvent)
    assert (event.type, event.tags, event.id, bytes(event.meta)) == ("event", (), None, b"{}")
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.json.decode(b'{"data":null,"stream":"x"}', type=NewEvent)


def test_a_subject_has_the_first_tag_and_the_type() -> None:
    assert subject_of("assessment.published", ("employer:e1", "assessment:a7")) == (
        "eventrail.events.employer:e1.assessment.published"
    )
    assert subject_of("event", ()) == "eventrail.events.-.event"
    assert subject_of_tag("employer:e1") == "eventrail.events.employer:e1.>"
    assert subject_of_type("assessment.published") == "eventrail.events.*.assessment.published"


@pytest.mark.parametrize("word", ["*", "a.>", "a:b.c", "a:b\n", ""])
def test_no_wildcard_gets_into_a_subject(word: str) -> None:
    with pytest.raises(AssertionError):
        subject_of_tag(word)


def test_problems_are_told_apart() -> None:
    assert len({kind.uri for kind in ProblemType}) == len(ProblemType)
    for kind in ProblemType:
        assert 400 <= kind.status < 600
        assert kind.title


def test_what_was_seen_is_cut_to_80_characters() -> None:
    for count in (79, 80):
        assert problem(ProblemType.MALFORMED, seen="🌍" * count).seen == "🌍" * count
    assert problem(ProblemType.MALFORMED, seen="🌍" * 81).seen == "🌍" * 80


def test_a_problem_has_what_is_known_only() -> None:
    body = msgspec.json.encode(problem(ProblemType.NOT_FOUND))
    assert msgspec.json.decode(body) == {
        "type": "urn:eventrail:problem:not-found",
        "title": "There is no such resource",
        "status": 404,
    }
    assert msgspec.json.decode(body, type=Problem).position is None
