"""How often a command asks PostgreSQL: row-level security costs no round trip."""

import dataclasses
from typing import Any

from assessment.app.commands import Commands
from assessment.read_models.ports import Connection, Pool
from tests.integration.assessment_app.orders import a_published, a_seat, save, start, submit
from tests.integration.assessment_app.world import Process, World, envelope

SUBMIT = ("BEGIN", "WITH taken", "SELECT live.saved_answers", "WITH group_0_", "WITH stamped_", "COMMIT")
"""What each statement of a submission begins with; the token's lookup before it is the seventh."""


class Counted:
    """A pool whose connections note what they are asked."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.asked: list[str] = []

    async def acquire(self, **limits: float) -> Any:
        return Noting(await self._pool.acquire(**limits), self.asked)

    async def release(self, connection: Any) -> None:
        await self._pool.release(connection.connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


class Noting:
    def __init__(self, connection: Connection, asked: list[str]) -> None:
        self.connection = connection
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        used = getattr(self.connection, name)
        if name not in {"execute", "fetch", "fetchrow", "fetchval"}:
            return used

        async def noted(query: str, *arguments: Any) -> Any:
            self._asked.append(query)
            return await used(query, *arguments)

        return noted


async def test_a_submission_takes_no_round_trip_for_the_wall(world: World, process: Process) -> None:
    published = await a_published(world, process)
    commands, side = Counted(process.means.commands_pool), Counted(process.means.candidate_keys._pool)
    process.means.candidate_keys._pool = side
    counted: Any = dataclasses.replace(process.means, commands_pool=commands)
    executing = Commands(counted)
    seats = [await a_seat(world, process, published, email) for email in ("first@example.org", "second@example.org")]
    for seat in seats:  # after the first, versions are remembered
        await process.execute(start(seat))
        await process.execute(save(seat, 1))
        commands.asked.clear()
        side.asked.clear()
        await executing.execute(envelope(), submit(seat))
    assert [query.startswith(begins) for query, begins in zip(commands.asked, SUBMIT, strict=True)] == [True] * 6
    assert side.asked == []
    assert published.employer_id in commands.asked[0]
