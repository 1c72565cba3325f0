from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, get_args

import msgspec
import pytest

from assessment.domain import commands
from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
from assessment.domain.boundaries import BOUNDARIES, OUTSIDE, Boundary, BoundaryRef
from assessment.domain.reach import reach
from assessment.domain.tags import SUBJECTS, tags_of, touched
from contracts.append import MAX_CONDITION_ITEMS
from contracts.assessment.assessments import ChangeAssessment
from contracts.envelope import MAX_TAGS, TAG_GRAMMAR
from contracts.events import Fact, type_of
from contracts.events.registry import STRUCTS
from contracts.questions import Settings
from tests.unit.domain.given import order, settings
from tests.unit.domain.world import an_id

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)

EXPECTED: Final[Mapping[str, tuple[str, ...]]] = {
    "employer.created": ("quota",),
    "employer.limit_changed": ("quota",),
    "key.created": ("quota",),
    "key.rotated": ("quota",),
    "key.revoked": ("quota",),
    "assessment.created": ("assessment",),
    "assessment.edited": ("assessment",),
    "assessment.deleted": ("assessment",),
    "assessment.questions_replaced": ("assessment",),
    "assessment.published": ("quota", "assessment"),
    "assessment.closed": ("quota", "assessment"),
    "candidate.registered": ("candidate",),
    "candidate.updated": ("candidate",),
    "invite.created": ("invite",),
    "invite.revoked": ("invite",),
    "invite.resent": ("invite",),
    "invite.verified": ("verification",),
    "public_link.changed": ("public_link",),
    "public_link.joined": ("public_link",),
    "sitting.started": ("sitting",),
    "sitting.answer_saved": ("sitting",),
    "sitting.deadline_moved": ("sitting",),
    "sitting.submitted": ("sitting",),
    "sitting.reviewed": ("sitting",),
    "sitting.voided": ("sitting",),
    "accommodation.granted": ("accommodation",),
    "accommodation.withdrawn": ("accommodation",),
    "results.read": (),
    "results.listed": (),
}


def a_fact(event_type: str) -> Fact:
    """One fact of a type, each id telling its field."""
    struct = STRUCTS[event_type]
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        made[field.name] = _value(field.name, field.type)
    return struct(**made)


def _value(name: str, kind: Any) -> Any:
    if name.endswith("_id"):
        return an_id(name)
    if name == "settings":
        return Settings("t", "", None, 0, Decimal(50), shuffle=False)
    if name in ("questions", "scores"):
        return ()
    if name == "at" or name.endswith("_at"):
        return NOW
    if name == "multiplier":
        return "1.5"
    return 1 if kind is int else "x"


FACTS: Final = [a_fact(event_type) for event_type in STRUCTS]


def in_boundaries(boundaries: tuple[Boundary, ...]) -> dict[str, tuple[str, ...]]:
    return {
        event_type: tuple(boundary.name for boundary in boundaries if event_type in boundary.types)
        for event_type in STRUCTS
    }


def carries_its_tags(fact: Fact, boundaries: tuple[Boundary, ...]) -> bool:
    """Tell whether an append condition on each of the fact's boundaries would see it."""
    tags = tags_of(fact)
    mine = [boundary for boundary in boundaries if type_of(fact) in boundary.types]
    return all(any(tag.startswith(f"{boundary.tag_name}:") for tag in tags) for boundary in mine)


def test_every_fact_is_in_exactly_its_boundaries() -> None:
    assert in_boundaries(BOUNDARIES) == EXPECTED
    assert {event_type for boundary in BOUNDARIES for event_type in boundary.types} == set(STRUCTS) - set(OUTSIDE)


def test_a_type_that_is_left_out_or_added_would_be_noticed() -> None:
    for place, boundary in enumerate(BOUNDARIES):
        shorter = msgspec.structs.replace(boundary, types=boundary.types[1:])
        longer = msgspec.structs.replace(boundary, types=(*boundary.types, "employer.created", "sitting.started"))
        for changed in (shorter, longer):
            assert in_boundaries((*BOUNDARIES[:place], changed, *BOUNDARIES[place + 1 :])) != EXPECTED


@pytest.mark.parametrize("fact", FACTS, ids=type_of)
def test_every_fact_carries_the_tag_of_each_of_its_boundaries(fact: Fact) -> None:
    assert carries_its_tags(fact, BOUNDARIES)
    assert {ref.tag for ref in touched(fact)} <= set(tags_of(fact))
    assert len(touched(fact)) == len(EXPECTED[type_of(fact)])
    assert (touched(fact) == ()) == (type_of(fact) in OUTSIDE)


def test_a_boundary_that_a_fact_does_not_name_would_be_noticed() -> None:
    candidate = next(boundary for boundary in BOUNDARIES if boundary.name == "candidate")
    wrong = msgspec.structs.replace(candidate, types=(*candidate.types, "assessment.closed"))
    closed = next(fact for fact in FACTS if type_of(fact) == "assessment.closed")
    assert not carries_its_tags(closed, (*BOUNDARIES, wrong))


@pytest.mark.parametrize("fact", FACTS, ids=type_of)
def test_tags_name_the_tenant_first_and_fit_the_grammar(fact: Fact) -> None:
    tags = tags_of(fact)
    assert tags[0] == f"employer:{an_id('employer_id')}"
    assert all(TAG_GRAMMAR.match(tag) for tag in tags)
    names = [tag.partition(":")[0] for tag in tags]
    assert names == [name for name in SUBJECTS if name in names]
    assert len(tags) == len(set(tags)) <= MAX_TAGS
    fields = {field.name.removesuffix("_id") for field in msgspec.structs.fields(type(fact))}
    assert set(names) == fields & set(SUBJECTS)


E, A, S, C, V, K = (an_id(f"{name}_id") for name in SUBJECTS)
SEAT: Final = commands.Seat(E, A, C, V, S, 1)
AN_ORDER: Final = replace(order(), invite_id=V, candidate_id=C)
CHANGE: Final = ChangeAssessment()
RELIED: Final = ["assessment", "invite", "accommodation", "verification"]

REACHES: Final[list[tuple[commands.Command, list[str], list[str]]]] = [
    (commands.CreateEmployer(E, "n", 3, "d", NOW), ["quota"], []),
    (commands.ChangeEmployerLimit(E, 3, NOW), ["quota"], []),
    (commands.CreateKey(E, K, "n", "author", "d", None, NOW), ["quota"], []),
    (commands.RotateKey(E, K, {}, 0, NOW), ["quota"], []),
    (commands.RevokeKey(E, K, NOW), ["quota"], []),
    (commands.CreateDraft(E, A, settings(), NOW), ["assessment"], []),
    (commands.EditDraft(E, A, CHANGE, None, NOW), ["assessment"], []),
    (commands.DeleteDraft(E, A, None, NOW), ["assessment"], []),
    (commands.SetQuestions(E, A, (), (), (), None, NOW), ["assessment"], []),
    (commands.Publish(E, A, "s", None, NOW), ["quota", "assessment"], []),
    (commands.Close(E, A, None, NOW), ["quota", "assessment"], []),
    (commands.Duplicate(E, an_id("source"), A, (), (), NOW), ["assessment"], ["assessment"]),
    (commands.IssueInvites(E, A, (AN_ORDER,), NOW), ["candidate", "invite"], ["assessment"]),
    (commands.InviteFromFile(E, A, (AN_ORDER,), "all", NOW), ["candidate", "invite"], ["assessment"]),
    (commands.ChangePublicLink(E, A, True, None, None, None, NOW), ["public_link"], ["assessment"]),
    (commands.JoinPublicLink(E, A, AN_ORDER, NOW), ["candidate", "invite", "public_link"], ["assessment"]),
    (commands.RevokeInvite(E, A, V, NOW), ["invite"], []),
    (commands.ResendInvite(E, A, V, {}, NOW), ["invite"], ["assessment"]),
    (commands.VerifyInvite(E, A, V, 1, NOW), ["verification"], ["invite"]),
    (commands.StartSitting(SEAT, 1, NOW), ["sitting"], RELIED),
    (commands.SaveGivenAnswer(SEAT, "q", None, 1, 1, NOW), ["sitting"], RELIED),
    (commands.SubmitSitting(SEAT, "s", None, 1, NOW), ["sitting"], RELIED),
    (commands.ReviewSubmission(E, S, "s", C, (), None, NOW), ["sitting"], []),
    (commands.VoidSubmission(E, S, "s", "r", NOW), ["sitting"], []),
    (
        GrantAccommodation(E, A, C, S, None, 5, False, "r", None, NOW),
        ["sitting", "accommodation"],
        ["assessment", "candidate"],
    ),
    (WithdrawAccommodation(E, A, C, S, None, NOW), ["sitting", "accommodation"], ["assessment", "candidate"]),
]


@pytest.mark.parametrize(("command", "locked", "relied"), REACHES, ids=[type(row[0]).__name__ for row in REACHES])
def test_the_reach_of_each_command(command: commands.Command, locked: list[str], relied: list[str]) -> None:
    reached = reach(command)
    assert reached.employer_id == E
    assert [ref.boundary.name for ref in reached.locked] == locked
    assert [ref.boundary.name for ref in reached.relied] == relied
    for ref in reached.locked:
        assert ref.id == an_id(f"{ref.boundary.tag_name}_id")
    assert len(reached.locked) + len(reached.relied) <= MAX_CONDITION_ITEMS


def test_every_command_has_its_reach() -> None:
    assert {type(command) for command, _, _ in REACHES} == set(get_args(commands.Command))


def test_rows_are_locked_in_one_order() -> None:
    orders = tuple(order(f"c{n}@example.org", invite=f"i{n}") for n in range(20))
    locked = reach(commands.IssueInvites(E, A, orders, NOW)).locked
    assert list(locked) == sorted(locked)
    assert [ref.boundary.rank for ref in locked] == [4] * 20 + [5] * 20
    assert [ref.id for ref in locked[:20]] == sorted(one.candidate_id for one in orders)
    assert [boundary.name for boundary in BOUNDARIES] == [
        "quota",
        "assessment",
        "sitting",
        "candidate",
        "invite",
        "public_link",
        "accommodation",
        "verification",
    ]
    assert sorted(BOUNDARIES) == list(BOUNDARIES)


def test_a_candidate_that_is_named_twice_is_locked_once() -> None:
    twice = commands.IssueInvites(E, A, (AN_ORDER, replace(AN_ORDER, invite_id=an_id("second"))), NOW)
    assert [ref.boundary.name for ref in reach(twice).locked] == ["candidate", "invite", "invite"]
    assert len({ref.tag for ref in reach(twice).locked}) == 3
    assert BoundaryRef(BOUNDARIES[3], C).tag == f"candidate:{C}"
