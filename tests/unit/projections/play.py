"""A seeded play of random commands, most of which make sense where the play stands."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from assessment.domain.commands import (
    ChangeEmployerLimit,
    ChangePublicLink,
    Close,
    Command,
    CreateDraft,
    CreateEmployer,
    CreateKey,
    DeleteDraft,
    Duplicate,
    EditDraft,
    InviteFromFile,
    IssueInvites,
    JoinPublicLink,
    ResendInvite,
    ReviewSubmission,
    RevokeInvite,
    RevokeKey,
    RotateKey,
    SaveGivenAnswer,
    Seat,
    StartSitting,
    SubmitSitting,
    VerifyInvite,
    VoidSubmission,
)
from assessment.domain.decision import Decision, Events, Refusal, Unchanged
from contracts.assessment.assessments import ChangeAssessment, PoolDraft, QuestionDraft
from contracts.assessment.keys import Role
from contracts.assessment.results import EssayReview
from contracts.assessment.take import GivenAnswer
from contracts.events import type_of
from contracts.events.sittings import QuestionScore
from contracts.questions import Question
from tests.unit.domain import given
from tests.unit.domain.given import ESSAY, EVERY_KIND, NUMERIC, SINGLE, TEXT, TRUE_FALSE, option_id, order, question_id
from tests.unit.domain.world import World, a_digest, an_id

COMMANDS: Final = 150
POOL: Final = PoolDraft(name="p", draw=2)
POOLED: Final = (SINGLE, *(msgspec.structs.replace(one, pool="p") for one in (TRUE_FALSE, TEXT, NUMERIC)), ESSAY)
PEOPLE: Final = tuple(f"c{number}@example.org" for number in range(4))


@dataclass
class Play:
    """A seeded run; the same seed plays the same commands."""

    seed: int
    world: World = field(default_factory=World)
    outcomes: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.employers = [an_id("e0"), an_id("e1")]
        for employer_id in self.employers:
            digest = a_digest(employer_id)
            self.world.done(CreateEmployer(employer_id, "E", 2, digest, self.world.later()))
        self.begin(None, EVERY_KIND)
        self.begin(60, POOLED, pools=(POOL,))

    def begin(self, limit: int | None, drafts: tuple[QuestionDraft, ...], **changes: Any) -> None:
        """Publish something, so that invitations come soon."""
        assessment_id = self.fresh("assessment")
        employer_id = self.one(self.employers)
        given.draft(
            self.world, drafts, assessment_id, employer_id, time_limit_seconds=limit, grace_seconds=30, **changes
        )
        self.world.done(given.publish(self.world, assessment_id, employer_id=employer_id, slug=assessment_id))

    def fresh(self, kind: str) -> str:
        self.made += 1
        return an_id(f"{self.seed} {kind} {self.made}")

    def one(self, ids: list[str]) -> str:
        return self.random.choice(ids) if ids else an_id("nothing")

    def assessment(self) -> str:
        """Usually one that exists."""
        ids = self.column("SELECT id FROM assessments ORDER BY created_at, id")
        return self.one(ids) if self.random.random() < 0.97 else an_id("nothing")

    def employer(self, assessment_id: str) -> str:
        """Usually the owner; now and then the other one."""
        row = self.world.rows.one("assessments", assessment_id)
        owner = row["employer_id"] if row else self.employers[0]
        return self.one(self.employers) if self.random.random() < 0.05 else str(owner)

    def column(self, sql: str) -> list[Any]:
        return [next(iter(row.values())) for row in self.world.rows.all(sql)]

    def step(self) -> tuple[Command, Decision]:
        make = self.random.choices(MOVES, WEIGHTS)[0]
        self.world.later(self.random.choice([0.001, 1, 10, 40]))
        command = make(self)
        before = self.world.rows.connection.total_changes
        decision = self.world.execute(command)
        match decision:
            case Events():
                self.outcomes.update(type_of(fact) for fact in decision.facts)
            case Unchanged():
                self.outcomes["unchanged"] += 1
                assert self.world.rows.connection.total_changes == before
            case Refusal():
                self.outcomes[decision.reason.value] += 1
                assert self.world.rows.connection.total_changes == before
        return command, decision


def create_draft(play: Play) -> Command:
    assessment_id = play.fresh("assessment")
    limit = play.random.choice([None, 60])
    pools = play.random.choice([(), (), (POOL,)])
    settings = given.settings(time_limit_seconds=limit, grace_seconds=30, passing_percent=Decimal("66.67"), pools=pools)
    return CreateDraft(play.one(play.employers), assessment_id, settings, play.world.now)


def set_questions(play: Play) -> Command:
    assessment_id = play.assessment()
    drafts = play.random.choice([EVERY_KIND, EVERY_KIND[:3], EVERY_KIND[3:], POOLED, POOLED, ()])
    return given.set_questions(play.world, drafts, assessment_id, employer_id=play.employer(assessment_id))


def edit(play: Play) -> Command:
    assessment_id = play.assessment()
    change = ChangeAssessment(title=f"Title {play.made}", shuffle=play.random.random() < 0.5)
    position = play.random.choice([None, play.world.position])
    return EditDraft(play.employer(assessment_id), assessment_id, change, position, play.world.now)


def delete(play: Play) -> Command:
    assessment_id = play.assessment()
    return DeleteDraft(play.employer(assessment_id), assessment_id, None, play.world.now)


def duplicate(play: Play) -> Command:
    source = play.assessment()
    copy = play.fresh("assessment")
    option_ids = tuple(tuple(option_id(place, option, copy) for option in range(10)) for place in range(10))
    question_ids = tuple(question_id(place, copy) for place in range(10))
    return Duplicate(play.employer(source), source, copy, question_ids, option_ids, play.world.now)


def publish(play: Play) -> Command:
    assessment_id = play.assessment()
    return given.publish(play.world, assessment_id, employer_id=play.employer(assessment_id), slug=assessment_id)


def close(play: Play) -> Command:
    assessment_id = play.assessment()
    return Close(play.employer(assessment_id), assessment_id, None, play.world.now)


def change_limit(play: Play) -> Command:
    return ChangeEmployerLimit(play.one(play.employers), play.random.randint(0, 4), play.world.now)


def published(play: Play) -> str:
    ids = play.column("SELECT id FROM assessments WHERE status = 'published' ORDER BY id")
    return play.one(ids) if play.random.random() < 0.9 else play.assessment()


def an_order(play: Play, employer_id: str, email: str) -> Any:
    made = order(email, invite=play.fresh("invite"), employer_id=employer_id)
    expires_at = play.random.choice([None, None, None, play.world.now + timedelta(seconds=300)])
    name = play.random.choice(["Bo", "Bo", "Al"])
    invite = play.fresh("invite")
    return replace(made, invite_id=invite, name=name, token_sha256=a_digest(f"{invite} 1"), expires_at=expires_at)


def issue(play: Play) -> Command:
    assessment_id = published(play)
    employer_id = play.employer(assessment_id)
    people = play.random.sample(PEOPLE, 2)
    asks = play.random.random() < 0.3
    orders = tuple(replace(an_order(play, employer_id, email), verify_email=asks) for email in people)
    return IssueInvites(employer_id, assessment_id, orders, play.world.now)


def from_file(play: Play) -> Command:
    asked = issue(play)
    assert isinstance(asked, IssueInvites)
    mode: Any = play.random.choice(["all", "valid_rows"])
    return InviteFromFile(asked.employer_id, asked.assessment_id, asked.orders, mode, asked.now)


def join(play: Play) -> Command:
    assessment_id = published(play)
    employer_id = play.employer(assessment_id)
    made = an_order(play, employer_id, play.random.choice([*PEOPLE, *[f"{play.fresh('public')}@example.org"] * 6]))
    return JoinPublicLink(employer_id, assessment_id, made, play.world.now, proved=play.random.random() < 0.3)


def change_link(play: Play) -> Command:
    assessment_id = published(play)
    expires_at = play.random.choice([None, None, play.world.now + timedelta(seconds=100)])
    row = play.world.rows.one("public_links", assessment_id)
    cap = play.random.choice([None, 1, max(1, row["joined"]) if row else 2])
    enabled = play.random.random() < 0.8
    employer_id = play.employer(assessment_id)
    asks = play.random.random() < 0.2
    return ChangePublicLink(employer_id, assessment_id, enabled, cap, expires_at, None, play.world.now, asks)


def an_invite(play: Play) -> dict[str, Any]:
    rows = play.world.rows.all("SELECT * FROM invites ORDER BY position, id")
    nothing = {name: an_id("nothing") for name in ("id", "assessment_id", "employer_id", "candidate_id")}
    return play.random.choice(rows) if rows else nothing


def revoke(play: Play) -> Command:
    row = an_invite(play)
    employer_id = play.employer(row["assessment_id"])
    return RevokeInvite(employer_id, row["assessment_id"], row["id"], play.world.now)


def resend(play: Play) -> Command:
    row = an_invite(play)
    digests = {generation: a_digest(f"{row['id']} {generation}") for generation in range(1, COMMANDS)}
    employer_id = play.employer(row["assessment_id"])
    return ResendInvite(employer_id, row["assessment_id"], row["id"], digests, play.world.now)


def verify(play: Play) -> Command:
    row = an_invite(play)
    generation = play.random.choice([1, row.get("generation", 1), row.get("generation", 1)])
    employer_id = play.employer(row["assessment_id"])
    return VerifyInvite(employer_id, row["assessment_id"], row["id"], generation, play.world.now)


def a_seat(play: Play) -> Seat:
    row = an_invite(play)
    sitting_id = an_id(f"{row['assessment_id']} {row['candidate_id']}")
    employer_id, generation = play.employer(row["assessment_id"]), row.get("generation", 1)
    return Seat(employer_id, row["assessment_id"], row["candidate_id"], row["id"], sitting_id, generation)


def start(play: Play) -> Command:
    return StartSitting(a_seat(play), play.random.randrange(2**32), play.world.now)


def an_answer(play: Play, assessment_id: str) -> tuple[str, GivenAnswer]:
    row = play.world.rows.one("assessments", assessment_id)
    questions = msgspec.json.decode(row["questions"], type=list[Question]) if row else []
    if not questions or play.random.random() < 0.05:
        return an_id("nothing"), None
    question = play.random.choice(questions)
    ids = [option.id for option in question.options]
    answers: dict[str, list[GivenAnswer]] = {
        "single": [*ids, "nothing"],
        "multiple": [(), tuple(ids), tuple(ids[:2]), (ids[0], ids[0]) if ids else ()],
        "true_false": [True, False],
        "text": ["tea", "ＴＥＡ", "water", ""],  # noqa: RUF001 (full-width letters)
        "numeric": ["3.14", "3,16", "1,234", ""],
        "essay": ["Long ago …", ""],
    }
    return question.id, play.random.choice([None, *answers[question.kind], *answers[question.kind]])


def save(play: Play) -> Command:
    seat = a_seat(play)
    question, answer = an_answer(play, seat.assessment_id)
    return SaveGivenAnswer(seat, question, answer, play.random.randint(1, 20), 1, play.world.now)


def submit(play: Play) -> Command:
    seat = a_seat(play)
    answers = dict(an_answer(play, seat.assessment_id) for _ in range(play.random.randint(0, 2)))
    cause: Any = play.random.choice(["candidate"] * 4 + ["sweeper"])
    return SubmitSitting(seat, play.fresh("submission"), answers or None, 1, play.world.now, cause)


def void(play: Play) -> Command:
    rows = play.world.rows.all("SELECT * FROM submissions ORDER BY submitted_at, id")
    if not rows:
        return VoidSubmission(play.employers[0], an_id("nothing"), an_id("nothing"), "why", play.world.now)
    row = play.random.choice(rows)
    employer_id = play.employer(row["assessment_id"])
    return VoidSubmission(employer_id, row["sitting_id"], row["id"], "why", play.world.now)


def review(play: Play) -> Command:
    rows = play.world.rows.all("SELECT * FROM submissions ORDER BY passed IS NOT NULL, submitted_at, id LIMIT 3")
    row = play.random.choice(rows) if rows else None
    scores = msgspec.json.decode(row["scores"], type=list[QuestionScore]) if row else []
    essays = tuple(
        EssayReview(score.question_id, Decimal(play.random.randint(0, 4)), play.random.choice(["", "Well said"]))
        for score in scores
        if score.rule == "review" or play.random.random() < 0.02
    )
    submission_id, sitting_id = (row["id"], row["sitting_id"]) if row else (an_id("nothing"), an_id("nothing"))
    employer_id = play.employer(row["assessment_id"]) if row else play.employers[0]
    candidate_id = row["candidate_id"] if row else an_id("nothing")
    return ReviewSubmission(employer_id, sitting_id, submission_id, candidate_id, essays, None, play.world.now)


def grant(play: Play) -> Command:
    terms: list[dict[str, Any]] = [{"multiplier": Decimal("1.5")}, {"minutes": 1}, {"no_limit": True}]
    return given.grant(play.world, a_seat(play), **play.random.choice(terms))


def withdraw(play: Play) -> Command:
    return given.withdraw(play.world, a_seat(play))


def create_key(play: Play) -> Command:
    role: Role = play.random.choice(["reviewer", "author", "owner", "owner"])
    expires_at = play.random.choice([None, None, play.world.now + timedelta(seconds=300)])
    key_id = play.fresh("key")
    digest = a_digest(f"{key_id} 1")
    return CreateKey(play.one(play.employers), key_id, "k", role, digest, expires_at, play.world.now)


def a_stored_key(play: Play) -> tuple[str, str]:
    """Its employer's id, usually, and its own."""
    rows = play.world.rows.all("SELECT * FROM api_keys ORDER BY created_at DESC, id LIMIT 4")
    row = play.random.choice(rows)
    employer_id = row["employer_id"] if play.random.random() < 0.95 else play.one(play.employers)
    return employer_id, row["id"]


def rotate_key(play: Play) -> Command:
    employer_id, key_id = a_stored_key(play)
    digests = {generation: a_digest(f"{key_id} {generation}") for generation in range(1, COMMANDS)}
    return RotateKey(employer_id, key_id, digests, play.random.choice([0, 60]), play.world.now)


def revoke_key(play: Play) -> Command:
    return RevokeKey(*a_stored_key(play), play.world.now)


CHOICES: Final[list[tuple[int, Callable[[Play], Command]]]] = [
    (3, create_draft),
    (4, set_questions),
    (2, edit),
    (1, delete),
    (2, duplicate),
    (4, publish),
    (1, close),
    (2, change_limit),
    (2, create_key),
    (2, rotate_key),
    (3, revoke_key),
    (10, issue),
    (3, from_file),
    (5, join),
    (4, change_link),
    (2, revoke),
    (4, resend),
    (8, verify),
    (12, start),
    (20, save),
    (16, submit),
    (6, void),
    (6, review),
    (3, grant),
    (2, withdraw),
]
WEIGHTS: Final = [weight for weight, _ in CHOICES]
MOVES: Final = [move for _, move in CHOICES]
