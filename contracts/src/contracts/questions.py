"""Questions as facts: what is asked, and apart from it what a right answer is."""

from decimal import Decimal
from typing import Literal

from contracts.wire import Message

QuestionKind = Literal["single", "multiple", "true_false", "text", "numeric", "essay"]


class Settings(Message, frozen=True):
    """title and instructions: text as shown; time_limit_seconds: null is unlimited; passing_percent: 0 to 100."""

    title: str
    instructions: str
    time_limit_seconds: int | None
    grace_seconds: int
    passing_percent: Decimal
    shuffle: bool


class Option(Message, frozen=True):
    id: str
    text: str


class Question(Message, frozen=True):
    """What a candidate may see; points are counted in thousandths."""

    id: str
    kind: QuestionKind
    prompt: str
    options: tuple[Option, ...]
    points_milli: int
    external_id: str | None = None


class Choice(Message, frozen=True, tag="choice", tag_field="rule"):
    """The right options; all of them and no other earn the points (`single` and `multiple`)."""

    option_ids: tuple[str, ...]


class TrueFalse(Message, frozen=True, tag="true_false", tag_field="rule"):
    value: bool


class AcceptedTexts(Message, frozen=True, tag="text", tag_field="rule"):
    """Any of the texts, compared after normalization `norm` (`norm_v1`)."""

    accepted: tuple[str, ...]
    norm: str


class NumericRange(Message, frozen=True, tag="numeric", tag_field="rule"):
    """Right from `value - tolerance` to `value + tolerance`, both included."""

    value: Decimal
    tolerance: Decimal


class Reviewed(Message, frozen=True, tag="review", tag_field="rule"):
    """Scored by a person."""


Rule = Choice | TrueFalse | AcceptedTexts | NumericRange | Reviewed


class AnswerKey(Message, frozen=True):
    """What never leaves the service: the rule of one question and its explanation."""

    question_id: str
    correct: Rule
    explanation: str = ""
