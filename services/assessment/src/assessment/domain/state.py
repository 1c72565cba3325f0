"""What `decide` sees: the rows of a command's boundaries as values, with sealed parts already opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from contracts.assessment.keys import Role
from contracts.assessment.take import GivenAnswer
from contracts.events.sittings import QuestionScore
from contracts.questions import AnswerKey, Question, Settings


@dataclass(frozen=True, slots=True)
class EmployerState:
    """owner_keys: those that are not revoked and have no end."""

    id: str
    name: str
    active_limit: int
    active_count: int
    owner_keys: int
    position: int


@dataclass(frozen=True, slots=True)
class KeyState:
    """generation and sha256: of its newest secret."""

    id: str
    employer_id: str
    name: str
    role: Role
    generation: int
    sha256: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """questions and keys: the draft's, or the published version's from then on; keys are opened.

    sealed_keys: as recorded last, empty before the first list of questions
    """

    id: str
    employer_id: str
    status: Literal["draft", "published", "closed"]
    settings: Settings
    questions: tuple[Question, ...]
    keys: tuple[AnswerKey, ...]
    sealed_keys: str
    key_version: int
    version: int | None
    slug: str | None
    content_hash: str | None
    created_at: datetime
    published_at: datetime | None
    position: int


@dataclass(frozen=True, slots=True)
class CandidateState:
    """name and email: as given last, opened; null once the candidate was erased."""

    id: str
    employer_id: str
    name: str | None
    email: str | None
    position: int


@dataclass(frozen=True, slots=True)
class InviteState:
    """position: of the append that created, revoked or resent it last."""

    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str
    status: Literal["open", "revoked"]
    source: Literal["personal", "public"]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    generation: int
    verify_email: bool
    position: int


@dataclass(frozen=True, slots=True)
class VerificationState:
    """id: the invite's; generation: of its token that was proved last."""

    id: str
    employer_id: str
    generation: int
    verified_at: datetime
    position: int


@dataclass(frozen=True, slots=True)
class PublicLinkState:
    """id: the assessment's; joined: how many came in by the link so far."""

    id: str
    employer_id: str
    enabled: bool
    max_joins: int | None
    expires_at: datetime | None
    joined: int
    last_joined_at: datetime | None
    verify_email: bool
    position: int


@dataclass(frozen=True, slots=True)
class AccommodationState:
    """id: the sitting's; extra_seconds: null for no limit; withdrawn_at: null while it is granted."""

    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str
    extra_seconds: int | None
    withdrawn_at: datetime | None
    position: int


@dataclass(frozen=True, slots=True)
class SavedState:
    sequence: int
    answer: GivenAnswer
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class SittingState:
    """One candidate's way through one assessment, at its latest attempt.

    question_ids: what this attempt is asked; empty where that is the whole version
    saved: by question id, of this attempt only, opened
    submission_id: of this attempt, once submitted; it stays when the submission is voided
    position: of the append that started, saved, submitted or voided last
    """

    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str
    invite_id: str
    state: Literal["started", "submitted", "voided"]
    attempt: int
    version: int
    started_at: datetime
    deadline_at: datetime | None
    grace_seconds: int
    seed: int
    question_ids: tuple[str, ...]
    submission_id: str | None
    position: int
    saved: Mapping[str, SavedState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubmissionState:
    """A sitting's latest submission as it is scored now; read for its review.

    passing_percent: of the version that it was scored by; notes: of earlier reviews, by question id, opened
    """

    id: str
    scores: tuple[QuestionScore, ...]
    passing_percent: Decimal
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """The rows of a command's reach, by id, and what hangs on them; a row that does not exist has no entry.

    invited: of the candidates that a file names, those whom an invite leads to the assessment already; of one who comes
    by the public link, whether any ever did
    """

    employers: Mapping[str, EmployerState] = field(default_factory=dict)
    assessments: Mapping[str, AssessmentState] = field(default_factory=dict)
    sittings: Mapping[str, SittingState] = field(default_factory=dict)
    candidates: Mapping[str, CandidateState] = field(default_factory=dict)
    invites: Mapping[str, InviteState] = field(default_factory=dict)
    submissions: Mapping[str, SubmissionState] = field(default_factory=dict)
    invited: frozenset[str] = frozenset()
    keys: Mapping[str, KeyState] = field(default_factory=dict)
    public_links: Mapping[str, PublicLinkState] = field(default_factory=dict)
    accommodations: Mapping[str, AccommodationState] = field(default_factory=dict)
    verifications: Mapping[str, VerificationState] = field(default_factory=dict)
