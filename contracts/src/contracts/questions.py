"""Questions as facts: what is asked, and apart from it what a right answer is."""

from decimal import Decimal
from typing import Literal

from contracts.wire import Message

QuestionKind = Literal["single", "multiple", "true_false", "text", "numeric", "essay"]
ChoiceScoring = Literal["all_or_nothing", "proportional", "weights"]
ToleranceKind = Literal["absolute", "relative"]


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


class Choice(Message, frozen=True, tag="choice", tag_field="rule", omit_defaults=True):
    """The right options (`single` and `multiple`); what is left at its default is not written, nor hashed.

    scoring: all of them and no other earn the points; or each right one earns its share and each wrong one takes as
    much away; or each option counts by its weight, of which there is one for each of the question's, in their order
    """

    option_ids: tuple[str, ...]
    scoring: ChoiceScoring = "all_or_nothing"
    weights: tuple[int, ...] = ()


class TrueFalse(Message, frozen=True, tag="true_false", tag_field="rule"):
    value: bool


class AcceptedTexts(Message, frozen=True, tag="text", tag_field="rule"):
    """Any of the texts, compared after normalization `norm` (`norm_v1`)."""

    accepted: tuple[str, ...]
    norm: str


class NumericRange(Message, frozen=True, tag="numeric", tag_field="rule", omit_defaults=True):
    """Right from `value - tolerance` to `value + tolerance`, both included; a default is not written, nor hashed.

    tolerance_kind: a relative tolerance is a part of the value, 0.01 being one hundredth of it
    """

    value: Decimal
    tolerance: Decimal
    tolerance_kind: ToleranceKind = "absolute"


class Reviewed(Message, frozen=True, tag="review", tag_field="rule"):
    """Scored by a person."""


Rule = Choice | TrueFalse | AcceptedTexts | NumericRange | Reviewed


class AnswerKey(Message, frozen=True):
    """What never leaves the service: the rule of one question and its explanation."""

    question_id: str
    correct: Rule
    explanation: str = ""
