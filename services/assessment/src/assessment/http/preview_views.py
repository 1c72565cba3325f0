"""Previews as an author sees them, made by what makes a candidate's page and a reviewer's record."""

from datetime import datetime
from decimal import Decimal

from assessment.domain.author_view import points
from assessment.domain.closing import deadline
from assessment.domain.numbers import canonical
from assessment.domain.previews import FIRST_ATTEMPT, previewed
from assessment.domain.questions import Content
from assessment.domain.scoring import Scored
from assessment.http.submission_views import scored_answer
from assessment.http.take_views import take_answer
from assessment.read_models.queries_previews import PreviewRow
from assessment.read_models.queries_take import SittingRow, TakeRow
from contracts.assessment.previews import Preview, PreviewScore


def preview(row: PreviewRow, seed: int, now: datetime) -> Preview:
    """Show the page of somebody who starts at this moment; raises Refused where nobody could."""
    sitting = SittingRow(
        state="started",
        attempt=FIRST_ATTEMPT,
        position=0,
        started_at=now,
        deadline_at=deadline(now, row.settings.time_limit_seconds),
        seed=seed,
        question_ids=previewed(row.questions, row.settings, seed),
    )
    seen = TakeRow("published", row.settings, row.questions, invite_position=0, sitting=sitting)
    return Preview(seed=seed, version=row.version, page=take_answer(seen, "started", seed, {}, now))


def preview_score(row: PreviewRow, seed: int, asked: Content, scored: Scored) -> PreviewScore:
    """Show the scoring record of what was asked, with what the author wrote to explain it."""
    shown = zip(asked[0], scored.scores, scored.records, strict=True)
    return PreviewScore(
        seed=seed,
        version=row.version,
        points=points(scored.total.points_milli),
        max_points=points(scored.total.max_points_milli),
        percent=canonical(Decimal(scored.total.percent)),
        passed=scored.total.passed,
        scoring=tuple(scored_answer(question, one, record, row.key_version, "") for question, one, record in shown),
        explanations={key.question_id: key.explanation for key in asked[1] if key.explanation},
    )
