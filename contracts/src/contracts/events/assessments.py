"""Facts about assessments: what they ask, when they open, when they close."""

from contracts.envelope import Digest
from contracts.questions import Question, Settings
from contracts.sealed import Sealed
from contracts.wire import Instant, Message


class AssessmentCreated(Message, frozen=True):
    """A draft; `copied_from` names the assessment that it duplicates."""

    assessment_id: str
    employer_id: str
    settings: Settings
    at: Instant
    copied_from: str | None = None


class AssessmentEdited(Message, frozen=True):
    """The draft's settings, all of them, as they now are; what stands beside them is told for the answer."""

    assessment_id: str
    employer_id: str
    settings: Settings
    question_count: int
    max_points_milli: int
    created_at: Instant
    at: Instant


class AssessmentDeleted(Message, frozen=True):
    assessment_id: str
    employer_id: str
    at: Instant


class QuestionsReplaced(Message, frozen=True):
    """The draft's whole list of questions; what a right answer is, is sealed apart from what is asked.

    max_points_milli: the most that one candidate can earn with the draft's pools; null: all questions together
    """

    assessment_id: str
    employer_id: str
    questions: tuple[Question, ...]
    sealed_keys: Sealed
    key_version: int
    at: Instant
    import_id: str | None = None
    max_points_milli: int | None = None


class AssessmentPublished(Message, frozen=True):
    """A frozen version, whole: it never changes, and submissions pin `version` and `key_version`.

    content_hash: SHA-256 over the settings, the questions and the opened keys in their canonical JSON
    max_points_milli: what every candidate can earn, whichever questions the pools give
    """

    assessment_id: str
    employer_id: str
    version: int
    slug: str
    content_hash: Digest
    settings: Settings
    questions: tuple[Question, ...]
    sealed_keys: Sealed
    key_version: int
    max_points_milli: int
    created_at: Instant
    at: Instant


class AssessmentClosed(Message, frozen=True):
    """No new sitting starts from here on; what was published is told again, in short, for the answer."""

    assessment_id: str
    employer_id: str
    version: int
    slug: str
    content_hash: Digest
    settings: Settings
    question_count: int
    max_points_milli: int
    created_at: Instant
    published_at: Instant
    at: Instant
