"""Previews: what a candidate would see and how answers would be scored, for the author alone, with nothing kept."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from contracts.assessment import limits
from contracts.assessment.results import ScoredAnswer
from contracts.assessment.take import GivenAnswer, TakeAnswer
from contracts.wire import Message, Request

Seed = Annotated[int, Meta(ge=0, le=limits.MAX_SEED)]
"""What draws from pools and orders questions and options; of a sitting it never changes."""


class PreviewAssessment(Request, frozen=True):
    """seed: of the preview to see again; a fresh one where none is given."""

    seed: Seed | None = None


class Preview(Message, frozen=True):
    """page: as `GET /v1/take` answers who has just started with this seed; version: null for a draft."""

    seed: int
    version: int | None
    page: TakeAnswer


class ScorePreview(Request, frozen=True):
    """answers: by question id, as a candidate submits them; what is missing is unanswered."""

    seed: Seed
    answers: Annotated[dict[str, GivenAnswer], Meta(max_length=limits.MAX_QUESTIONS)]


class PreviewScore(Message, frozen=True):
    """The result as a submission's would be, with its scoring record; passed: null while an essay waits for review.

    explanations: by question id, of those that have one
    """

    seed: int
    version: int | None
    points: Decimal
    max_points: Decimal
    percent: Decimal
    passed: bool | None
    scoring: tuple[ScoredAnswer, ...]
    explanations: dict[str, str]
