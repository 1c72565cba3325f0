"""Decisions about essays: what a person gives for them, and the result that comes of it."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from assessment.domain.author_view import points
from assessment.domain.commands import ReviewSubmission
from assessment.domain.content import check_fits
from assessment.domain.decision import Decision, Events, Reason, Refused, Sealer
from assessment.domain.numbers import counted, is_bounded
from assessment.domain.owned import own_submission
from assessment.domain.sealing import notes_context, plain_notes
from assessment.domain.state import State, SubmissionState
from assessment.domain.text import accepted_text, shown
from assessment.domain.totals import total
from contracts.assessment.limits import MAX_NOTE_CHARACTERS, POINT_PLACES
from contracts.assessment.results import EssayReview
from contracts.events import SittingReviewed
from contracts.events.sittings import QuestionScore, ReviewNote

ESSAYS: Final = "$.essays"
REVIEWED_RULE: Final = "review"


def review_submission(command: ReviewSubmission, state: State, sealer: Sealer) -> Decision:
    """Score essays, for the first time or anew; the others and all scores by rule stay as they are."""
    sitting = own_submission(
        state, command.employer_id, command.sitting_id, command.submission_id, command.expected_position
    )
    submission = state.submissions[command.submission_id]
    given = _given(command.essays, submission)
    scores = tuple(given.get(scored.question_id, scored) for scored in submission.scores)
    result = total(scores, submission.passing_percent)
    notes = plain_notes(_notes(command.essays, submission))
    reviewed = SittingReviewed(
        sitting_id=sitting.id,
        submission_id=submission.id,
        assessment_id=sitting.assessment_id,
        employer_id=sitting.employer_id,
        candidate_id=sitting.candidate_id,
        attempt=sitting.attempt,
        scores=scores,
        points_milli=result.points_milli,
        max_points_milli=result.max_points_milli,
        percent=result.percent,
        passed=result.passed,
        sealed_notes=sealer.seal_for_candidate(sitting.candidate_id, notes_context(submission.id), notes),
        at=command.now,
    )
    check_fits(reviewed, ESSAYS)
    return Events((reviewed,))


def _given(essays: Sequence[EssayReview], submission: SubmissionState) -> Mapping[str, QuestionScore]:
    """Give the new scores by question id; each essay is named once."""
    if not essays:
        raise Refused(Reason.MALFORMED, "An essay is needed", at=ESSAYS)
    standing = {scored.question_id: scored for scored in submission.scores}
    given: dict[str, QuestionScore] = {}
    for place, essay in enumerate(essays):
        at = f"{ESSAYS}[{place}]"
        if essay.question_id in given:
            detail = "The question is named twice"
            raise Refused(Reason.MALFORMED, detail, at=f"{at}.question_id", seen=shown(essay.question_id))
        given[essay.question_id] = _scored(essay, standing.get(essay.question_id), at)
    return given


def _scored(essay: EssayReview, standing: QuestionScore | None, at: str) -> QuestionScore:
    seen = shown(essay.question_id)
    if standing is None:
        detail = "The assessment has no such question"
        raise Refused(Reason.UNKNOWN_QUESTION, detail, at=f"{at}.question_id", seen=seen)
    if standing.rule != REVIEWED_RULE or standing.outcome == "unanswered":
        detail = "Only an essay that was answered is scored by a person"
        raise Refused(Reason.NOT_REVIEWABLE, detail, at=f"{at}.question_id", seen=seen)
    points_milli = _points_milli(essay, standing.max_points_milli, f"{at}.points")
    outcome = "correct" if points_milli == standing.max_points_milli else "incorrect"
    return msgspec.structs.replace(standing, points_milli=points_milli, outcome=outcome)


def _points_milli(essay: EssayReview, max_points_milli: int, at: str) -> int:
    milli = counted(essay.points, POINT_PLACES) if is_bounded(essay.points) else None
    if milli is None or not 0 <= milli <= max_points_milli:
        detail = f"Points go from 0 to {points(max_points_milli)} with at most {POINT_PLACES} decimal places"
        raise Refused(Reason.MALFORMED, detail, at=at, seen=shown(essay.points))
    return milli


def _notes(essays: Sequence[EssayReview], submission: SubmissionState) -> tuple[ReviewNote, ...]:
    """A new note takes the place of the old one, an empty one takes it away."""
    notes = dict(submission.notes)
    for place, essay in enumerate(essays):
        at = f"{ESSAYS}[{place}].note"
        notes[essay.question_id] = accepted_text(essay.note, at, max_characters=MAX_NOTE_CHARACTERS)
    return tuple(ReviewNote(question_id, note) for question_id, note in sorted(notes.items()) if note)
