"""Facts about sittings: one candidate's way through one assessment."""

from typing import Literal

from contracts.sealed import Sealed
from contracts.wire import Instant, Message


class SittingStarted(Message, frozen=True):
    """deadline_at: fixed here, by the server; null without a time limit. attempt: from 1, one more after a void.

    question_ids: what is asked in this attempt, in the version's order; empty where the version has no pools: all of it
    """

    sitting_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    invite_id: str
    version: int
    attempt: int
    deadline_at: Instant | None
    grace_seconds: int
    seed: int
    at: Instant
    question_ids: tuple[str, ...] = ()


class AnswerSaved(Message, frozen=True):
    """sequence: the client's, rising for each question; the highest wins."""

    sitting_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    attempt: int
    question_id: str
    sequence: int
    sealed_answer: Sealed
    at: Instant


class QuestionScore(Message, frozen=True, omit_defaults=True):
    """points are thousandths; outcome `pending` waits for a person, `correct` earned all points.

    points_milli may be above 0 where the outcome is `incorrect`: the rule gives parts, or a person gave some
    exact_points_milli: a fraction such as `2000/3` of which points_milli is the nearest whole, half up; else empty
    """

    question_id: str
    points_milli: int
    max_points_milli: int
    outcome: Literal["correct", "incorrect", "unanswered", "pending"]
    rule: str
    exact_points_milli: str = ""


class AnswerRecord(Message, frozen=True):
    """What is sealed for each question: as given, as normalized, and what of the key it matched.

    matched: the right option ids among those given, joined by commas; `true` or `false`; the accepted text; the number
    with its tolerance; null where nothing matched
    """

    question_id: str
    given: str | tuple[str, ...] | bool | None
    normalized: str | tuple[str, ...] | bool | None
    matched: str | None


class SittingSubmitted(Message, frozen=True):
    """The one submission of a sitting's attempt. Scores are clear facts: a rebuild needs no sealed answer.

    points_milli: the exact sum, rounded once, half up. percent: exact points over maximum, rounded half up to two
    places for display; `passed` is decided unrounded, and null while an answer waits for review.
    sealed_records: tuple[AnswerRecord, ...] under the candidate's key.
    """

    sitting_id: str
    submission_id: str
    assessment_id: str
    assessment_title: str
    employer_id: str
    candidate_id: str
    invite_id: str
    version: int
    key_version: int
    attempt: int
    scores: tuple[QuestionScore, ...]
    points_milli: int
    max_points_milli: int
    percent: str
    passed: bool | None
    sealed_records: Sealed
    cause: Literal["candidate", "sweeper"]
    at: Instant


class ReviewNote(Message, frozen=True):
    """What a person wrote about one answer; never empty."""

    question_id: str
    note: str


class SittingReviewed(Message, frozen=True):
    """A person scored essays of a submission: the whole result as it stands from now on, all scores included.

    sealed_notes: tuple[ReviewNote, ...] under the candidate's key, those of earlier reviews that still stand included
    """

    sitting_id: str
    submission_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    attempt: int
    scores: tuple[QuestionScore, ...]
    points_milli: int
    max_points_milli: int
    percent: str
    passed: bool | None
    sealed_notes: Sealed
    at: Instant


class SittingVoided(Message, frozen=True):
    """An employer's void: the submission no longer counts, and the candidate may be invited again."""

    sitting_id: str
    submission_id: str
    assessment_id: str
    employer_id: str
    candidate_id: str
    attempt: int
    reason: str
    at: Instant
