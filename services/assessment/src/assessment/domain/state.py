"""What `decide` sees: the rows of a command's boundaries as values, with sealed parts already opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contracts.assessment.take import GivenAnswer
from contracts.questions import AnswerKey, Question, Settings


@dataclass(frozen=True, slots=True)
class EmployerState:
    id: str
    active_limit: int
    active_count: int
    position: int


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """questions and keys: the draft's, or the published version's from then on; keys are opened."""

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
    position: int


@dataclass(frozen=True, slots=True)
class CandidateState:
    """sealed_details: as recorded last; details are null once the candidate was erased."""

    id: str
    employer_id: str
    name: str | None
    email: str | None
    position: int


@dataclass(frozen=True, slots=True)
class InviteState:
    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str
    status: Literal["open", "revoked"]
    expires_at: datetime | None
    generation: int
    position: int


@dataclass(frozen=True, slots=True)
class SavedState:
    sequence: int
    answer: GivenAnswer


@dataclass(frozen=True, slots=True)
class SittingState:
    """saved: by question id, of this attempt only, opened; submission_id: of this attempt, once submitted."""

    id: str
    employer_id: str
    assessment_id: str
    candidate_id: str
    state: Literal["started", "submitted", "voided"]
    attempt: int
    version: int
    started_at: datetime
    deadline_at: datetime | None
    grace_seconds: int
    submission_id: str | None
    position: int
    saved: Mapping[str, SavedState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """The rows of a command's reach, by id; a row that does not exist has no entry."""

    employers: Mapping[str, EmployerState] = field(default_factory=dict)
    assessments: Mapping[str, AssessmentState] = field(default_factory=dict)
    sittings: Mapping[str, SittingState] = field(default_factory=dict)
    candidates: Mapping[str, CandidateState] = field(default_factory=dict)
    invites: Mapping[str, InviteState] = field(default_factory=dict)
