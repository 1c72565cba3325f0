"""What was drawn over the real tables: the start keeps it, live and by a rebuild alike, whatever draws later."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from assessment.app.commands import Refused
from assessment.domain.commands import Seat
from assessment.domain.decision import Reason
from assessment.projections.progress import Quiet
from assessment.projections.rebuilding import Rebuilder
from assessment.read_models.connections import connect
from assessment.read_models.ports import OwnConnection
from contracts.assessment.assessments import PoolDraft, QuestionDraft
from contracts.events import SittingStarted, SittingSubmitted
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
from tests.integration.assessment_app.world import Process, World

LIMITS = {"lock_timeout": "5000", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
POOLED = tuple(QuestionDraft(kind="text", prompt=f"Drink {n}?", correct=("Tea",), pool="drinks") for n in range(5))
ROWS = "SELECT a.pools::text, a.max_points_milli, s.question_ids::text FROM live.assessments a, live.sittings s"


async def a_pooled_seat(world: World, process: Process) -> Seat:
    published = Published(new_id(), new_id())
    await process.execute(create_employer(published.employer_id))
    pools = (PoolDraft(name="drinks", draw=2),)
    await process.execute(create_draft(published.employer_id, published.assessment_id, pools=pools))
    questions = set_questions(published.employer_id, published.assessment_id)
    ids = tuple(question_id(published.assessment_id, place) for place in range(len(POOLED)))
    await process.execute(replace(questions, questions=POOLED, question_ids=ids, option_ids=((),) * len(POOLED)))
    await process.execute(publish(world, published.employer_id, published.assessment_id))
    return await a_seat(world, process, published)


async def test_what_was_drawn_is_kept_live_and_by_a_rebuild_alike(world: World, process: Process) -> None:
    seat = await a_pooled_seat(world, process)
    (started,) = (await process.execute(start(seat))).facts
    assert isinstance(started, SittingStarted)
    drawn = [place for place in range(5) if question_id(seat.assessment_id, place) in started.question_ids]
    assert len(drawn) == 2
    for place in range(5):
        if place in drawn:
            await process.execute(save(seat, 1, "tea", place))
            continue
        with pytest.raises(Refused) as refused:
            await process.execute(save(seat, 1, "tea", place))
        assert refused.value.refusal.reason is Reason.UNKNOWN_QUESTION
    other = await world.process()
    submitted = (await other.execute(submit(seat))).facts[-1]
    assert isinstance(submitted, SittingSubmitted)
    assert tuple(scored.question_id for scored in submitted.scores) == started.question_ids
    assert (submitted.points_milli, submitted.max_points_milli, submitted.percent) == (2000, 2000, "100.00")
    (row,) = await world.rows(ROWS)
    assert msgspec.json.decode(row[0]) == [{"name": "drinks", "draw": 2}]
    assert (row[1], msgspec.json.decode(row[2])) == (2000, list(started.question_ids))
    await world.drained()

    async def connected() -> OwnConnection:
        return await connect(world.settings, "rebuild", limits=LIMITS)

    compared, swapped = await Rebuilder(connected, world.store, Quiet(), lambda: datetime.now(UTC)).rebuild()
    assert [table.name for table in compared.tables if not table.is_equal] == []
    assert swapped is not None
    assert await world.rows(ROWS) == [row]
