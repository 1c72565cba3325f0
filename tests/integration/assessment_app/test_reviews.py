"""A review over the real tables: applied live and by a rebuild alike, and refused once the candidate is erased."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from assessment.app.commands import Refused
from assessment.domain.commands import ReviewSubmission, Seat
from assessment.domain.decision import Reason
from assessment.projections.progress import Quiet
from assessment.projections.rebuilding import Rebuilder
from assessment.read_models.connections import connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.ports import OwnConnection
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.results import EssayReview
from contracts.events import SittingReviewed, SittingSubmitted
from tests.integration.assessment_app.orders import (
    Published,
    a_seat,
    create_draft,
    create_employer,
    new_id,
    publish,
    question_id,
    save,
    set_questions,
    start,
    submit,
)
from tests.integration.assessment_app.world import NOW, Process, World

ESSAY = QuestionDraft(kind="essay", prompt="Why?", points=Decimal(3))
RESULT = "SELECT points_milli, percent, passed, reviewed_at IS NOT NULL, sealed_notes FROM live.submissions"
LIMITS = {"lock_timeout": "5000", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}


async def a_waiting_essay(world: World, process: Process) -> tuple[Seat, ReviewSubmission]:
    """An essay that was submitted, and a review that would pass it."""
    published = Published(new_id(), new_id())
    await process.execute(create_employer(published.employer_id))
    await process.execute(create_draft(published.employer_id, published.assessment_id))
    questions = set_questions(published.employer_id, published.assessment_id)
    ids = (question_id(published.assessment_id, 0),)
    await process.execute(replace(questions, questions=(ESSAY,), question_ids=ids, option_ids=((),)))
    await process.execute(publish(world, published.employer_id, published.assessment_id))
    seat = await a_seat(world, process, published)
    await process.execute(start(seat))
    await process.execute(save(seat, 1, "Because of friction.", place=0))
    fact = (await process.execute(submit(seat))).facts[-1]
    assert isinstance(fact, SittingSubmitted)
    assert fact.passed is None
    essay = EssayReview(question_id=ids[0], points=Decimal("1.5"), note="Short")
    return seat, ReviewSubmission(
        seat.employer_id, seat.sitting_id, fact.submission_id, seat.candidate_id, (essay,), None, NOW
    )


async def test_a_review_is_applied_live_and_by_a_rebuild_alike(world: World, process: Process) -> None:
    _, review = await a_waiting_essay(world, process)
    first = await process.execute(review)
    assert isinstance(first.facts[0], SittingReviewed)
    later = replace(review, essays=(EssayReview(question_id=review.essays[0].question_id, points=Decimal(1)),))
    second = await process.execute(later)
    (row,) = await world.rows(RESULT)
    assert row[:4] == (1000, Decimal("33.33"), False, True)
    assert await world.value("SELECT position FROM live.sittings") == second.last
    await world.drained()

    async def connected() -> OwnConnection:
        return await connect(world.settings, "rebuild", role=DatabaseRole.OWNER, limits=LIMITS)

    compared, swapped = await Rebuilder(connected, world.store, Quiet(), lambda: datetime.now(UTC)).rebuild()
    assert [table.name for table in compared.tables if not table.is_equal] == []
    assert {table.name: table.live.rows for table in compared.tables}["submissions"] == 1
    assert swapped is not None
    assert await world.rows(RESULT) == [row]


async def test_what_an_erased_candidate_wrote_is_not_reviewed(world: World, process: Process) -> None:
    seat, review = await a_waiting_essay(world, process)
    await world.side.execute(
        "UPDATE vault.candidate_keys SET key = NULL, erased_at = $2 WHERE candidate_id = $1", seat.candidate_id, NOW
    )
    fresh = await world.process()  # which remembers no key
    with pytest.raises(Refused) as refused:
        await fresh.execute(review)
    assert refused.value.refusal.reason is Reason.CONFLICT
    assert await world.value("SELECT reviewed_at FROM live.submissions") is None
