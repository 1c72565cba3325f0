"""Questions as facts: what is asked, and apart from it what a right answer is."""

from decimal import Decimal
from typing import Literal

from msgspec import field

from contracts.wire import Message

QuestionKind = Literal["single", "multiple", "true_false", "text", "numeric", "essay"]
ChoiceScoring = Literal["all_or_nothing", "proportional", "weights"]
ToleranceKind = Literal["absolute", "relative"]


class Pool(Message, frozen=True):
    """Of the questions that name this pool, `draw` are asked in each sitting."""

    name: str
    draw: int


class Settings(Message, frozen=True, omit_defaults=True):
    """title and instructions: text as shown; time_limit_seconds: null is unlimited; passing_percent: 0 to 100.

    shuffle: each sitting has an order of its own; shuffle_options: of the options, null as `shuffle` says. What is left
    at its default is not written, nor hashed.
    """

    title: str
    instructions: str
    time_limit_seconds: int | None
    grace_seconds: int
    passing_percent: Decimal
    shuffle: bool
    shuffle_options: bool | None = None
    pools: tuple[Pool, ...] = ()


class Option(Message, frozen=True, omit_defaults=True):
    """keep_last: shuffling leaves it at the end, behind those that move."""

    id: str
    text: str
    keep_last: bool = False


def _no_id() -> None:
    """Makes `external_id` written also where it is null: the hash of every version so far covers it."""


class Question(Message, frozen=True, omit_defaults=True):
    """What is asked; points are counted in thousandths.

    pool: the questions of one are drawn from; null is always asked. keep_place: shuffling leaves it where it stands. A
    candidate sees neither, nor the external_id.
    """

    id: str
    kind: QuestionKind
    prompt: str
    options: tuple[Option, ...]
    points_milli: int
    external_id: str | None = field(default_factory=_no_id)
    pool: str | None = None
    keep_place: bool = False


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
