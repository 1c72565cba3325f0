"""Assessments: settings, lifecycle, questions."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from contracts.assessment import limits
from contracts.assessment.text import Explanation, ExternalId, Instructions, OptionText, PoolName, Prompt, Title
from contracts.questions import ChoiceScoring, Pool, QuestionKind, ToleranceKind
from contracts.wire import Instant, Message, Request

TimeLimitSeconds = Annotated[int, Meta(ge=limits.MIN_TIME_LIMIT_SECONDS, le=limits.MAX_TIME_LIMIT_SECONDS)]
GraceSeconds = Annotated[int, Meta(ge=0, le=limits.MAX_GRACE_SECONDS)]
PassingPercent = Annotated[Decimal, Meta(extra_json_schema={"type": "number", "minimum": 0, "maximum": 100})]
"""0 to 100 with at most two places; msgspec sets no bounds on a Decimal, so the domain does."""
Points = Annotated[Decimal, Meta(extra_json_schema={"type": "number", "minimum": 0, "maximum": limits.MAX_POINTS})]
"""0 to 1,000 with at most three places, checked by the domain."""
Status = Literal["draft", "published", "closed"]


class PoolDraft(Request, frozen=True):
    """Of the questions that name this pool, each sitting is asked `draw`, which its seed chooses."""

    name: PoolName
    draw: Annotated[int, Meta(ge=1, le=limits.MAX_QUESTIONS)]


Pools = Annotated[tuple[PoolDraft, ...], Meta(max_length=limits.MAX_POOLS)]


class CreateAssessment(Request, frozen=True):
    """shuffle: questions, and options too where `shuffle_options` is null; each sitting has an order of its own."""

    title: Title
    instructions: Instructions = ""
    time_limit_seconds: TimeLimitSeconds | None = None
    grace_seconds: GraceSeconds = 0
    passing_percent: PassingPercent = Decimal(50)
    shuffle: bool = False
    shuffle_options: bool | None = None
    pools: Pools = ()


class ChangeAssessment(Request, frozen=True):
    """Only what is given changes; `time_limit_seconds: null` takes the limit away, `pools` are the whole list."""

    title: Title | UnsetType = UNSET
    instructions: Instructions | UnsetType = UNSET
    time_limit_seconds: TimeLimitSeconds | UnsetType | None = UNSET
    grace_seconds: GraceSeconds | UnsetType = UNSET
    passing_percent: PassingPercent | UnsetType = UNSET
    shuffle: bool | UnsetType = UNSET
    shuffle_options: bool | UnsetType | None = UNSET
    pools: Pools | UnsetType = UNSET


class AssessmentAnswer(Message, frozen=True):
    """slug, version and content_hash are null in a draft; its ETag is the position of its last event.

    question_count: of the whole list; max_points: the most that one candidate can earn with what the pools give
    """

    id: str
    status: Status
    title: str
    instructions: str
    time_limit_seconds: int | None
    grace_seconds: int
    passing_percent: Decimal
    shuffle: bool
    shuffle_options: bool | None
    pools: tuple[Pool, ...]
    question_count: int
    max_points: Decimal
    slug: str | None
    version: int | None
    content_hash: str | None
    created_at: Instant
    published_at: Instant | None
    closed_at: Instant | None


class AssessmentPage(Message, frozen=True):
    items: tuple[AssessmentAnswer, ...]
    next_cursor: str | None


class OptionDraft(Request, frozen=True):
    """keep_last: at the end whatever the order of the others, such as "None of these"."""

    text: OptionText
    keep_last: bool = False


class NumericKey(Request, frozen=True):
    """A number is right from `value - tolerance` to `value + tolerance`, both included.

    tolerance_kind: a relative tolerance is a part of the value, from 0 to 1; 0.01 is one hundredth of it
    """

    value: Decimal
    tolerance: Decimal = Decimal(0)
    tolerance_kind: ToleranceKind = "absolute"


OptionNumber = Annotated[int, Meta(ge=1, le=limits.MAX_OPTIONS)]
Weight = Annotated[int, Meta(ge=-limits.MAX_WEIGHT, le=limits.MAX_WEIGHT)]


class QuestionDraft(Request, frozen=True):
    """A question as an author writes it.

    correct: by kind, the option's number from 1 (single), a list of numbers (multiple), a boolean (true_false), a list
    of accepted texts (text), `{value, tolerance, tolerance_kind}` (numeric), absent (essay)
    scoring: of a multiple choice; weights: where it goes by them, one for each option, above 0 for each right one
    pool: one of the assessment's, from which some are drawn; keep_place: stays where it stands when others are shuffled
    """

    kind: QuestionKind
    prompt: Prompt
    options: Annotated[tuple[OptionDraft, ...], Meta(max_length=limits.MAX_OPTIONS)] = ()
    correct: bool | int | tuple[int | str, ...] | NumericKey | None = None
    points: Points = Decimal(1)
    explanation: Explanation = ""
    external_id: ExternalId | None = None
    scoring: ChoiceScoring = "all_or_nothing"
    weights: Annotated[tuple[Weight, ...], Meta(max_length=limits.MAX_OPTIONS)] = ()
    pool: PoolName | None = None
    keep_place: bool = False


class ReplaceQuestions(Request, frozen=True):
    questions: Annotated[tuple[QuestionDraft, ...], Meta(max_length=limits.MAX_QUESTIONS)]


class OptionAnswer(Message, frozen=True):
    id: str
    text: str
    keep_last: bool


class QuestionAnswer(Message, frozen=True):
    """A question as its author sees it again, key included."""

    id: str
    kind: QuestionKind
    prompt: str
    options: tuple[OptionAnswer, ...]
    correct: bool | int | tuple[int | str, ...] | NumericKey | None
    points: Decimal
    explanation: str
    external_id: str | None
    scoring: ChoiceScoring = "all_or_nothing"
    weights: tuple[int, ...] = ()
    pool: str | None = None
    keep_place: bool = False


class QuestionList(Message, frozen=True):
    questions: tuple[QuestionAnswer, ...]
