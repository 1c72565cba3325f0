"""Commands as tests give them, and the ways that most tests go: an employer, a published assessment, a seat."""

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from assessment.domain.commands import (
    Close,
    CreateDraft,
    CreateEmployer,
    InviteOrder,
    IssueInvites,
    Publish,
    SaveGivenAnswer,
    Seat,
    SetQuestions,
    StartSitting,
    SubmitSitting,
)
from contracts.assessment.assessments import CreateAssessment, QuestionDraft
from contracts.assessment.take import GivenAnswer
from tests.integration.assessment_app.world import NOW, Process, World

QUESTIONS = (
    QuestionDraft(kind="true_false", prompt="Water is wet 💧", correct=True),
    QuestionDraft(kind="text", prompt="A hot drink?", correct=("Tea", "Café"), explanation="Or cocoa."),
)


def new_id() -> str:
    return str(uuid.uuid4())


def an_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def create_employer(employer_id: str, active_limit: int = 3) -> CreateEmployer:
    return CreateEmployer(employer_id, "Ada & Söhne", active_limit, digest(employer_id), NOW)


def create_draft(employer_id: str, assessment_id: str, **settings: Any) -> CreateDraft:
    return CreateDraft(employer_id, assessment_id, CreateAssessment(**({"title": "Knots 🪢"} | settings)), NOW)


def set_questions(employer_id: str, assessment_id: str) -> SetQuestions:
    ids = tuple(question_id(assessment_id, place) for place in range(len(QUESTIONS)))
    return SetQuestions(employer_id, assessment_id, QUESTIONS, ids, tuple(() for _ in QUESTIONS), None, NOW)


def question_id(assessment_id: str, place: int) -> str:
    return an_id(f"{assessment_id} {place}")


def publish(world: World, employer_id: str, assessment_id: str) -> Publish:
    return Publish(employer_id, assessment_id, world.secrets.slug(assessment_id), None, NOW)


def close(employer_id: str, assessment_id: str) -> Close:
    return Close(employer_id, assessment_id, None, NOW)


def invite_order(world: World, employer_id: str, email: str, key: str, number: int = 0) -> InviteOrder:
    invite_id = str(uuid.uuid5(uuid.UUID(key), f"invite:{number}"))
    candidate_id = world.secrets.candidate_id(employer_id, email)
    return InviteOrder(invite_id, candidate_id, "Grace 🚀", email, digest(invite_id), None)


def issue_invites(
    world: World, employer_id: str, assessment_id: str, key: str, *emails: str, mail: bool = False
) -> IssueInvites:
    orders = tuple(
        replace(invite_order(world, employer_id, email, key, number), mail=mail) for number, email in enumerate(emails)
    )
    return IssueInvites(employer_id, assessment_id, orders, NOW)


def seat_of(world: World, employer_id: str, assessment_id: str, key: str, email: str, number: int = 0) -> Seat:
    order = invite_order(world, employer_id, email, key, number)
    sitting_id = str(uuid.uuid5(uuid.UUID(assessment_id), order.candidate_id))
    return Seat(employer_id, assessment_id, order.candidate_id, order.invite_id, sitting_id, 1)


def start(seat: Seat) -> StartSitting:
    return StartSitting(seat, 7, NOW)


def save(seat: Seat, sequence: int, answer: GivenAnswer = "tea", place: int = 1) -> SaveGivenAnswer:
    now = NOW + timedelta(seconds=sequence % 1000)
    return SaveGivenAnswer(seat, question_id(seat.assessment_id, place), answer, sequence, 7, now)


def submit(seat: Seat, submission_id: str | None = None) -> SubmitSitting:
    return SubmitSitting(seat, submission_id or new_id(), None, 7, NOW + timedelta(seconds=5))


@dataclass(frozen=True, slots=True)
class Published:
    employer_id: str
    assessment_id: str


async def a_draft(process: Process, employer_id: str, **settings: Any) -> str:
    assessment_id = new_id()
    await process.execute(create_draft(employer_id, assessment_id, **settings))
    await process.execute(set_questions(employer_id, assessment_id))
    return assessment_id


async def a_published(world: World, process: Process, *, active_limit: int = 3, **settings: Any) -> Published:
    employer_id = new_id()
    await process.execute(create_employer(employer_id, active_limit))
    assessment_id = await a_draft(process, employer_id, **settings)
    await process.execute(publish(world, employer_id, assessment_id))
    return Published(employer_id, assessment_id)


async def a_seat(world: World, process: Process, published: Published, email: str = "grace@example.org") -> Seat:
    key = new_id()
    await process.execute(issue_invites(world, published.employer_id, published.assessment_id, key, email), key)
    return seat_of(world, published.employer_id, published.assessment_id, key, email)
