"""What stands before a test begins: employers, drafts, published assessments, invited candidates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
from assessment.domain.address import normalized_address
from assessment.domain.commands import (
    CreateDraft,
    CreateEmployer,
    CreateKey,
    InviteOrder,
    IssueInvites,
    Publish,
    SaveGivenAnswer,
    Seat,
    SetQuestions,
    StartSitting,
    SubmitSitting,
)
from contracts.assessment.assessments import CreateAssessment, NumericKey, OptionDraft, QuestionDraft
from contracts.assessment.take import GivenAnswer
from tests.unit.domain.world import World, a_digest, an_id

EMPLOYER: Final = an_id("employer")
OTHER: Final = an_id("another employer")
ASSESSMENT: Final = an_id("assessment")


def options(*texts: str) -> tuple[OptionDraft, ...]:
    return tuple(OptionDraft(text=text) for text in texts)


SINGLE: Final = QuestionDraft(
    kind="single", prompt="The capital of France?", options=options("Lyon", "Paris", "Nice"), correct=2
)
MULTIPLE: Final = QuestionDraft(
    kind="multiple", prompt="Primes?", options=options("2", "3", "4", "5"), correct=(1, 2, 4), points=Decimal(2)
)
TRUE_FALSE: Final = QuestionDraft(kind="true_false", prompt="Water is wet.", correct=True)
TEXT: Final = QuestionDraft(kind="text", prompt="A hot drink?", correct=("Café", "Tea"), explanation="Or tea.")
NUMERIC: Final = QuestionDraft(
    kind="numeric", prompt="π?", correct=NumericKey(value=Decimal("3.14"), tolerance=Decimal("0.01"))
)
ESSAY: Final = QuestionDraft(kind="essay", prompt="Tell us about it.", points=Decimal(4))
SCORED_AT_ONCE: Final = (SINGLE, MULTIPLE, TRUE_FALSE, TEXT, NUMERIC)
EVERY_KIND: Final = (*SCORED_AT_ONCE, ESSAY)


def question_id(place: int, assessment_id: str = ASSESSMENT) -> str:
    return an_id(f"{assessment_id} question {place}")


def option_id(place: int, option: int, assessment_id: str = ASSESSMENT) -> str:
    """Both counted from 0."""
    return an_id(f"{assessment_id} question {place} option {option}")


def right_answers(assessment_id: str = ASSESSMENT) -> dict[str, GivenAnswer]:
    """To SCORED_AT_ONCE."""
    given: list[GivenAnswer] = [
        option_id(0, 1, assessment_id),
        tuple(option_id(1, option, assessment_id) for option in (3, 0, 1)),
        True,
        " café ",
        "3,15",
    ]
    return {question_id(place, assessment_id): answer for place, answer in enumerate(given)}


def employer(world: World, employer_id: str = EMPLOYER, active_limit: int = 3) -> str:
    digest = a_digest(f"key of {employer_id}")
    world.done(CreateEmployer(employer_id, "Ada Ltd", active_limit, digest, world.later()))
    return employer_id


def create_key(world: World, name: str = "key", **changes: Any) -> CreateKey:
    given: dict[str, Any] = {
        "employer_id": EMPLOYER,
        "key_id": an_id(name),
        "name": name,
        "role": "author",
        "key_sha256": a_digest(f"{name} 1"),
        "expires_at": None,
        "now": world.later(),
    }
    return CreateKey(**(given | changes))


def settings(**changes: Any) -> CreateAssessment:
    return CreateAssessment(**({"title": "Geography"} | changes))


def set_questions(
    world: World, drafts: Sequence[QuestionDraft], assessment_id: str = ASSESSMENT, **changes: Any
) -> SetQuestions:
    command: dict[str, Any] = {
        "employer_id": EMPLOYER,
        "assessment_id": assessment_id,
        "questions": tuple(drafts),
        "question_ids": tuple(question_id(place, assessment_id) for place in range(len(drafts))),
        "option_ids": tuple(
            tuple(option_id(place, option, assessment_id) for option in range(len(draft.options)))
            for place, draft in enumerate(drafts)
        ),
        "expected_position": None,
        "now": world.later(),
    }
    return SetQuestions(**(command | changes))


def draft(
    world: World,
    drafts: Sequence[QuestionDraft] = SCORED_AT_ONCE,
    assessment_id: str = ASSESSMENT,
    employer_id: str = EMPLOYER,
    **changes: Any,
) -> str:
    if world.rows.one("employers", employer_id) is None:
        employer(world, employer_id)
    world.done(CreateDraft(employer_id, assessment_id, settings(**changes), world.later()))
    if drafts:
        world.done(set_questions(world, drafts, assessment_id, employer_id=employer_id))
    return assessment_id


def publish(world: World, assessment_id: str = ASSESSMENT, **changes: Any) -> Publish:
    slug = f"slug-{assessment_id[:8]}"
    command = {"employer_id": EMPLOYER, "slug": slug, "expected_position": None, "now": world.later()}
    return Publish(assessment_id=assessment_id, **(command | changes))


def published(world: World, drafts: Sequence[QuestionDraft] = SCORED_AT_ONCE, **changes: Any) -> str:
    assessment_id = draft(world, drafts, **changes)
    world.done(publish(world, assessment_id, employer_id=changes.get("employer_id", EMPLOYER)))
    return assessment_id


def order(email: str = "bo@example.org", *, invite: str = "invite", **changes: Any) -> InviteOrder:
    employer_id = changes.pop("employer_id", EMPLOYER)
    given: dict[str, Any] = {
        "invite_id": an_id(invite),
        "candidate_id": candidate_id(email, employer_id),
        "name": "Bo",
        "email": email,
        "token_sha256": a_digest(f"{invite} 1"),
        "expires_at": None,
    }
    return InviteOrder(**(given | changes))


def candidate_id(email: str = "bo@example.org", employer_id: str = EMPLOYER) -> str:
    return an_id(f"{employer_id} {normalized_address(email, '$')}")


def issue(world: World, *orders: InviteOrder, **changes: Any) -> IssueInvites:
    command: dict[str, Any] = {"employer_id": EMPLOYER, "assessment_id": ASSESSMENT, "now": world.later()}
    return IssueInvites(orders=orders, **(command | changes))


def seat(email: str = "bo@example.org", *, invite: str = "invite", assessment_id: str = ASSESSMENT) -> Seat:
    candidate = candidate_id(email)
    return Seat(EMPLOYER, assessment_id, candidate, an_id(invite), an_id(f"{assessment_id} {candidate}"), 1)


def invited(world: World, email: str = "bo@example.org", *, invite: str = "invite", **changes: Any) -> Seat:
    world.done(issue(world, order(email, invite=invite, **changes)))
    return seat(email, invite=invite)


def start(world: World, at: Seat, now: datetime | None = None) -> StartSitting:
    return StartSitting(at, 7, now or world.later())


def save(
    world: World, at: Seat, place: int, answer: GivenAnswer, sequence: int = 1, now: datetime | None = None
) -> SaveGivenAnswer:
    return SaveGivenAnswer(at, question_id(place), answer, sequence, 7, now or world.later())


def submit(
    world: World,
    at: Seat,
    answers: Mapping[str, GivenAnswer] | None = None,
    *,
    submission: str = "submission",
    now: datetime | None = None,
    **changes: Any,
) -> SubmitSitting:
    return SubmitSitting(at, an_id(submission), answers, 7, now or world.later(), **changes)


def grant(world: World, at: Seat, **changes: Any) -> GrantAccommodation:
    """Ten minutes more, where nothing else is said."""
    terms: dict[str, Any] = {"multiplier": None, "minutes": 10, "no_limit": False, "reason": "A broken hand"}
    if changes.keys() & {"multiplier", "no_limit"}:
        terms["minutes"] = None
    who = (at.employer_id, at.assessment_id, at.candidate_id, at.sitting_id)
    fields = {**terms, "expected_position": None, "now": world.later(), **changes}
    return GrantAccommodation(*who, **fields)


def withdraw(world: World, at: Seat, **changes: Any) -> WithdrawAccommodation:
    command = WithdrawAccommodation(
        at.employer_id, at.assessment_id, at.candidate_id, at.sitting_id, None, world.later()
    )
    return replace(command, **changes)
