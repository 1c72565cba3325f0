"""What a candidate sees and sends: an allow-list, built without any type that holds a key or an explanation."""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.assessment import limits
from contracts.questions import QuestionKind
from contracts.wire import Instant, Message, Request

AnswerText = Annotated[str, Meta(max_length=limits.MAX_ANSWER_CHARACTERS)]
OptionIds = Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=limits.MAX_OPTIONS)]
GivenAnswer = AnswerText | bool | OptionIds | None
"""An option's id, a list of ids, a boolean or a text (also for a number); null takes an answer back."""

TakeState = Literal["ready", "started", "submitted", "closed"]


class TakeOption(Message, frozen=True):
    id: str
    text: str


class TakeQuestion(Message, frozen=True):
    """answer: as saved last; sequence: of that save, 0 where there was none."""

    id: str
    kind: QuestionKind
    prompt: str
    options: tuple[TakeOption, ...]
    answer: GivenAnswer
    sequence: int


class TakeAnswer(Message, frozen=True):
    """time_limit_seconds: the candidate's own, with what they are granted; null where no time runs.

    questions: null until the sitting was started, unless the assessment has no time limit
    """

    title: str
    instructions: str
    time_limit_seconds: int | None
    grace_seconds: int
    question_count: int
    state: TakeState
    started_at: Instant | None
    deadline_at: Instant | None
    server_time: Instant
    questions: tuple[TakeQuestion, ...] | None


class Heartbeat(Message, frozen=True):
    """What a client needs to set its clock and to go on where another device left off.

    remaining_seconds: until the deadline, rounded down to milliseconds, 0 once it has passed, null where no time runs
    saved: of the attempt in progress, the highest sequence by question id; a question that was never saved is missing
    submitted_by: null until it was submitted; `sweeper` when time was up
    """

    state: TakeState
    now: Instant
    deadline_at: Instant | None
    remaining_seconds: float | None
    grace_seconds: int
    saved: dict[str, int]
    submitted_by: Literal["candidate", "sweeper"] | None


class StartAnswer(Message, frozen=True):
    started_at: Instant
    deadline_at: Instant | None


class SaveAnswer(Request, frozen=True):
    answer: GivenAnswer
    sequence: Annotated[int, Meta(ge=1, le=limits.MAX_SEQUENCE)]


class SavedAnswer(Message, frozen=True):
    """sequence: the highest that was saved, which may be later than the one sent."""

    question_id: str
    sequence: int


class Submit(Request, frozen=True):
    """answers: by question id; what is missing here is taken from what was saved."""

    answers: Annotated[dict[str, GivenAnswer], Meta(max_length=limits.MAX_QUESTIONS)] | None = None


class Receipt(Message, frozen=True):
    """That it was received, and nothing of how it was scored."""

    submission_id: str
    assessment_title: str
    submitted_at: Instant
    answered: int
    question_count: int
