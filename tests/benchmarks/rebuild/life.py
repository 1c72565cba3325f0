"""What happens at a busy installation, as the facts of one command after the other: mostly answers that are saved."""

import base64
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from contracts.events import (
    AnswerSaved,
    AssessmentCreated,
    AssessmentPublished,
    CandidateRegistered,
    EmployerCreated,
    Fact,
    InviteCreated,
    QuestionsReplaced,
    ResultsRead,
    SittingReviewed,
    SittingStarted,
    SittingSubmitted,
)
from contracts.events.sittings import QuestionScore
from contracts.questions import Option, Question, Settings

QUESTIONS: Final = 20
SAVES_MORE: Final = 0.5
"""How often an answer is saved again, on average."""
CANDIDATES_PER_ASSESSMENT: Final = 150
ASSESSMENTS_PER_EMPLOYER: Final = 2
OPEN_SITTINGS: Final = 200
"""Candidates who work at the same time."""
RIGHT: Final = 0.7
REVIEWED: Final = 0.2
ABANDONED: Final = 0.02
TIME_LIMIT_SECONDS: Final = 3600
POINTS_MILLI: Final = 1000


@dataclass(frozen=True, slots=True)
class Published:
    """An assessment that candidates take, or are about to."""

    employer_id: str
    assessment_id: str
    questions: tuple[Question, ...]


class Life:
    """The same seed lives the same; each fact is at `clock()`, which goes on by a step with each command."""

    def __init__(self, seed: int, begin: datetime, step: timedelta) -> None:
        self._random = Random(seed)
        self._now = begin
        self._step = step
        self._published: list[Published] = []
        self._left = 0

    def commands(self) -> Iterator[tuple[Fact, ...]]:
        """What each command records, without an end."""
        sittings: list[Iterator[tuple[Fact, ...]]] = []
        while True:
            self._now += self._step
            if len(sittings) < OPEN_SITTINGS:
                if self._left == 0:
                    yield from self._an_employer()
                self._left -= 1
                sittings.append(self._a_candidate(self._random.choice(self._published[-ASSESSMENTS_PER_EMPLOYER:])))
            place = self._random.randrange(len(sittings))
            facts = next(sittings[place], None)
            if facts is None:
                sittings[place] = sittings[-1]
                sittings.pop()
            else:
                yield facts

    def _an_employer(self) -> Iterator[tuple[Fact, ...]]:
        employer_id = self._id()
        yield (
            EmployerCreated(
                employer_id=employer_id, name="Tea & Co", active_limit=3, api_key_sha256=self._digest(), at=self._now
            ),
        )
        for _ in range(ASSESSMENTS_PER_EMPLOYER):
            yield from self._an_assessment(employer_id)
        self._left = ASSESSMENTS_PER_EMPLOYER * CANDIDATES_PER_ASSESSMENT

    def _an_assessment(self, employer_id: str) -> Iterator[tuple[Fact, ...]]:
        about: dict[str, Any] = {"assessment_id": self._id(), "employer_id": employer_id}
        settings = Settings("Knows tea", "Take your time.", TIME_LIMIT_SECONDS, 30, Decimal(60), shuffle=False)
        questions = tuple(self._question(place) for place in range(QUESTIONS))
        keys: dict[str, Any] = {"sealed_keys": self._sealed(1500), "key_version": 1}
        max_points_milli = QUESTIONS * POINTS_MILLI
        yield (AssessmentCreated(**about, settings=settings, at=self._now),)
        yield (
            QuestionsReplaced(**about, **keys, questions=questions, max_points_milli=max_points_milli, at=self._now),
        )
        yield (
            AssessmentPublished(
                **about,
                **keys,
                version=1,
                slug=self._digest()[:22],
                content_hash=self._digest(),
                settings=settings,
                questions=questions,
                max_points_milli=max_points_milli,
                created_at=self._now,
                at=self._now,
            ),
        )
        self._published.append(Published(**about, questions=questions))

    def _question(self, place: int) -> Question:
        options = tuple(Option(self._id(), f"Answer {number} of them") for number in range(4))
        return Question(self._id(), "single", f"Question {place}: which tea is it?", options, POINTS_MILLI, None)

    def _a_candidate(self, published: Published) -> Iterator[tuple[Fact, ...]]:
        """Invited, started, answers saved one by one, and submitted, but for a few who leave it at that."""
        of_employer: dict[str, Any] = {"employer_id": published.employer_id, "candidate_id": self._id()}
        about: dict[str, Any] = {**of_employer, "assessment_id": published.assessment_id}
        invite_id = self._id()
        registered = CandidateRegistered(**of_employer, sealed_details=self._sealed(60), at=self._now)
        invite = InviteCreated(
            **about,
            invite_id=invite_id,
            token_sha256=self._digest(),
            expires_at=None,
            source="personal",
            at=self._now,
        )
        yield registered, invite
        sitting: dict[str, Any] = {**about, "sitting_id": self._id()}
        yield (
            SittingStarted(
                **sitting,
                invite_id=invite_id,
                version=1,
                attempt=1,
                deadline_at=self._now + timedelta(seconds=TIME_LIMIT_SECONDS),
                grace_seconds=30,
                seed=self._random.randrange(2**32),
                at=self._now,
            ),
        )
        for question in published.questions:
            for sequence in range(1, 3 if self._random.random() < SAVES_MORE else 2):
                yield (self._saved(sitting, question.id, sequence),)
        if self._random.random() >= ABANDONED:
            yield from self._a_submission(sitting, invite_id, published)

    def _saved(self, sitting: dict[str, Any], question_id: str, sequence: int) -> Fact:
        sealed = self._sealed(self._random.choice((38, 38, 60, 200)))
        return AnswerSaved(
            **sitting, attempt=1, question_id=question_id, sequence=sequence, sealed_answer=sealed, at=self._now
        )

    def _a_submission(
        self, sitting: dict[str, Any], invite_id: str, published: Published
    ) -> Iterator[tuple[Fact, ...]]:
        scores = tuple(self._score(question.id) for question in published.questions)
        points = sum(score.points_milli for score in scores)
        result: dict[str, Any] = {
            "scores": scores,
            "points_milli": points,
            "max_points_milli": QUESTIONS * POINTS_MILLI,
            "percent": f"{points / QUESTIONS / POINTS_MILLI * 100:.2f}",
            "passed": points >= QUESTIONS * POINTS_MILLI * 0.6,
        }
        about: dict[str, Any] = {**sitting, "submission_id": self._id()}
        submitted = SittingSubmitted(
            **about,
            **result,
            assessment_title="Knows tea",
            invite_id=invite_id,
            version=1,
            key_version=1,
            attempt=1,
            sealed_records=self._sealed(3000),
            cause="candidate",
            at=self._now,
        )
        yield (submitted,)
        yield (ResultsRead(**about, at=self._now),)
        if self._random.random() < REVIEWED:
            yield (SittingReviewed(**about, **result, attempt=1, sealed_notes=self._sealed(120), at=self._now),)

    def _score(self, question_id: str) -> QuestionScore:
        if self._random.random() < RIGHT:
            return QuestionScore(question_id, POINTS_MILLI, POINTS_MILLI, "correct", "choice")
        return QuestionScore(question_id, 0, POINTS_MILLI, "incorrect", "choice")

    def _id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _digest(self) -> str:
        return self._random.randbytes(32).hex()

    def _sealed(self, plain_bytes: int) -> str:
        """As long as what AES-GCM makes of so many bytes."""
        return "gcm1." + base64.urlsafe_b64encode(self._random.randbytes(plain_bytes + 28)).decode().rstrip("=")
