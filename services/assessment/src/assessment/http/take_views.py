"""What a candidate sees. Nothing in this file knows a type that holds a key, a weight or an explanation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assessment.domain.ordering import options_shown, questions_shown
from assessment.domain.pools import asked_of, drawn
from assessment.read_models.queries_take import BeatRow, SittingRow, TakeRow
from contracts.assessment.take import GivenAnswer, Heartbeat, TakeAnswer, TakeOption, TakeQuestion, TakeState
from contracts.questions import Question


@dataclass(frozen=True, slots=True)
class Saved:
    """An answer as it was saved last, opened."""

    answer: GivenAnswer
    sequence: int


UNSAVED: Final = Saved(None, 0)


def take_state(row: TakeRow | BeatRow) -> TakeState:
    """Tell how far the candidate has come; after a void only a later invite leads to another attempt."""
    sitting = row.sitting
    if sitting is not None and sitting.state == "started":
        return "started"
    if sitting is not None and (sitting.state == "submitted" or row.invite_position <= sitting.position):
        return "submitted"
    return "ready" if row.status == "published" else "closed"


def shows_questions(row: TakeRow, state: TakeState) -> bool:
    """Tell whether the questions are seen: once started, and at once where no time is running."""
    return state == "started" or (state == "ready" and row.settings.time_limit_seconds is None)


def current(row: TakeRow, state: TakeState) -> SittingRow | None:
    """Give the attempt that the candidate's page is about; a voided one is over."""
    return row.sitting if state in {"started", "submitted"} else None


def take_answer(row: TakeRow, state: TakeState, seed: int, saved: Mapping[str, Saved], now: datetime) -> TakeAnswer:
    """Build the page from what may be seen; seed: the sitting's, or the one that it would start with."""
    sitting = current(row, state)
    settings = row.settings
    questions = asked(row, sitting, seed)
    return TakeAnswer(
        title=settings.title,
        instructions=settings.instructions,
        time_limit_seconds=row.extra.limit_seconds(settings.time_limit_seconds),
        grace_seconds=settings.grace_seconds,
        question_count=len(questions),
        state=state,
        started_at=sitting.started_at if sitting else None,
        deadline_at=sitting.deadline_at if sitting else None,
        server_time=now,
        questions=_shown(row, questions, seed, saved) if shows_questions(row, state) else None,
    )


def asked(row: TakeRow, sitting: SittingRow | None, seed: int) -> tuple[Question, ...]:
    """Give what the attempt is asked, or would be; until it starts, nothing but the seed knows."""
    if sitting is not None:
        question_ids = sitting.question_ids
    else:
        attempt = 1 if row.sitting is None else row.sitting.attempt + 1
        question_ids = drawn(row.questions, row.settings.pools, seed, attempt)
    return asked_of(row.questions, question_ids)


def _shown(
    row: TakeRow, questions: Sequence[Question], seed: int, saved: Mapping[str, Saved]
) -> tuple[TakeQuestion, ...]:
    return tuple(
        TakeQuestion(
            id=question.id,
            kind=question.kind,
            prompt=question.prompt,
            options=tuple(TakeOption(option.id, option.text) for option in options_shown(question, row.settings, seed)),
            answer=saved.get(question.id, UNSAVED).answer,
            sequence=saved.get(question.id, UNSAVED).sequence,
        )
        for question in questions_shown(questions, row.settings, seed)
    )


def heartbeat(row: BeatRow, state: TakeState, sequences: Mapping[str, int], now: datetime) -> Heartbeat:
    sitting = row.sitting if state in {"started", "submitted"} else None
    deadline_at = sitting.deadline_at if sitting else None
    return Heartbeat(
        state=state,
        now=now,
        deadline_at=deadline_at,
        remaining_seconds=_remaining(deadline_at, now) if state == "started" else None,
        grace_seconds=sitting.grace_seconds if sitting else row.grace_seconds,
        saved=dict(sequences),
        submitted_by=row.submitted_by if state == "submitted" else None,
    )


def _remaining(deadline_at: datetime | None, now: datetime) -> float | None:
    if deadline_at is None:
        return None
    return max(0, (deadline_at - now) // timedelta(milliseconds=1)) / 1000
