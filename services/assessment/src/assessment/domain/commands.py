"""The commands, as values: who asks for what, with every id, time and derived token given from outside.

`now` is the service's clock when the request came in. An `expected_position` is what the client's If-Match named; null
where it named nothing. A command never holds anything that the client may not decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
from assessment.domain.invite_commands import (
    ChangePublicLink,
    InviteFromFile,
    InviteOrder,
    IssueInvites,
    JoinPublicLink,
    ResendInvite,
    RevokeInvite,
    VerifyInvite,
)
from contracts.assessment.assessments import ChangeAssessment, CreateAssessment, QuestionDraft
from contracts.assessment.keys import Role
from contracts.assessment.results import EssayReview
from contracts.assessment.take import GivenAnswer

__all__ = [
    "ChangeEmployerLimit",
    "ChangePublicLink",
    "Close",
    "Command",
    "CreateDraft",
    "CreateEmployer",
    "CreateKey",
    "DeleteDraft",
    "Duplicate",
    "EditDraft",
    "InviteFromFile",
    "InviteOrder",
    "IssueInvites",
    "JoinPublicLink",
    "Publish",
    "ResendInvite",
    "ReviewSubmission",
    "RevokeInvite",
    "RevokeKey",
    "RotateKey",
    "SaveGivenAnswer",
    "Seat",
    "SetQuestions",
    "StartSitting",
    "SubmitSitting",
    "VerifyInvite",
    "VoidSubmission",
]


@dataclass(frozen=True, slots=True)
class CreateEmployer:
    employer_id: str
    name: str
    active_limit: int
    api_key_sha256: str
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangeEmployerLimit:
    employer_id: str
    active_limit: int
    now: datetime
    expected_position: int | None = None


@dataclass(frozen=True, slots=True)
class CreateKey:
    employer_id: str
    key_id: str
    name: str
    role: Role
    key_sha256: str
    expires_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class RotateKey:
    """The new secret's digest is looked up by the next generation, one more than the key's."""

    employer_id: str
    key_id: str
    digests: Mapping[int, str]
    overlap_seconds: int
    now: datetime


@dataclass(frozen=True, slots=True)
class RevokeKey:
    employer_id: str
    key_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class CreateDraft:
    employer_id: str
    assessment_id: str
    settings: CreateAssessment
    now: datetime


@dataclass(frozen=True, slots=True)
class EditDraft:
    employer_id: str
    assessment_id: str
    change: ChangeAssessment
    expected_position: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class DeleteDraft:
    employer_id: str
    assessment_id: str
    expected_position: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class SetQuestions:
    """The whole list. question_ids, option_ids: at least as many as there are; import_id: from a file."""

    employer_id: str
    assessment_id: str
    questions: tuple[QuestionDraft, ...]
    question_ids: tuple[str, ...]
    option_ids: tuple[tuple[str, ...], ...]
    expected_position: int | None
    now: datetime
    import_id: str | None = None


@dataclass(frozen=True, slots=True)
class Publish:
    employer_id: str
    assessment_id: str
    slug: str
    expected_position: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Close:
    employer_id: str
    assessment_id: str
    expected_position: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A new draft with the settings, questions and keys of `source_id`, as they are now, under new ids.

    question_ids, option_ids: at least as many as the source may have; the first of them are used
    """

    employer_id: str
    source_id: str
    assessment_id: str
    question_ids: tuple[str, ...]
    option_ids: tuple[tuple[str, ...], ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """Who takes what: found by the candidate's token, and checked again when the command decides.

    generation: of that token; 0 where nobody came with one
    """

    employer_id: str
    assessment_id: str
    candidate_id: str
    invite_id: str
    sitting_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class StartSitting:
    seat: Seat
    seed: int
    now: datetime


@dataclass(frozen=True, slots=True)
class SaveGivenAnswer:
    """seed: for the sitting that is started by this, where there is no time limit."""

    seat: Seat
    question_id: str
    answer: GivenAnswer
    sequence: int
    seed: int
    now: datetime


@dataclass(frozen=True, slots=True)
class SubmitSitting:
    seat: Seat
    submission_id: str
    answers: Mapping[str, GivenAnswer] | None
    seed: int
    now: datetime
    cause: Literal["candidate", "sweeper"] = "candidate"


@dataclass(frozen=True, slots=True)
class ReviewSubmission:
    """candidate_id: whose submission it is, since the notes are sealed for them."""

    employer_id: str
    sitting_id: str
    submission_id: str
    candidate_id: str
    essays: tuple[EssayReview, ...]
    expected_position: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class VoidSubmission:
    employer_id: str
    sitting_id: str
    submission_id: str
    reason: str
    now: datetime
    expected_position: int | None = None


Command = (
    CreateEmployer
    | ChangeEmployerLimit
    | CreateKey
    | RotateKey
    | RevokeKey
    | CreateDraft
    | EditDraft
    | DeleteDraft
    | SetQuestions
    | Publish
    | Close
    | Duplicate
    | IssueInvites
    | InviteFromFile
    | ChangePublicLink
    | JoinPublicLink
    | RevokeInvite
    | ResendInvite
    | VerifyInvite
    | StartSitting
    | SaveGivenAnswer
    | SubmitSitting
    | ReviewSubmission
    | VoidSubmission
    | GrantAccommodation
    | WithdrawAccommodation
)
