"""One round: employers and seats without faults, then many clients with them, then rest, and the checks."""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from assessment.domain.commands import JoinPublicLink, Seat
from assessment.projections.progress import Quiet
from assessment.projections.rebuilding import Rebuilder
from assessment.read_models.checkpoints import read_checkpoint
from assessment.read_models.connections import connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.ports import OwnConnection
from assessment.read_models.projector_status import last_report
from tests.integration.assessment_app.orders import (
    Published,
    a_draft,
    a_seat,
    close,
    create_employer,
    invite_order,
    issue_invites,
    new_id,
    publish,
    save,
    start,
    submit,
)
from tests.integration.assessment_app.world import NOW, Process, World
from tests.simulation.assessment.clients import Told, Unanswered, Wish, client
from tests.simulation.assessment.faults import Faults, FaultyStore, Odds
from tests.simulation.assessment.history import History
from tests.simulation.assessment.newer_wishes import LIMITS as LIMITED, a_key, newer_wishes

WEB_PROCESSES = 3
PROGRESS_SECONDS = 2.0
ACTIVE_LIMIT = 2
QUICK = {"command_attempts": 6, "command_seconds": 6.0, "projection_wait_seconds": 1.0}
LIMITS = {"lock_timeout": "5000", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}


@dataclass(frozen=True, slots=True)
class Scene:
    """What an employer has when the faults begin: one active assessment, drafts, and seats.

    seats: those that have started; fresh: one that has not; owner_key: beside the employer's first one
    """

    open: Published
    drafts: tuple[str, ...]
    seats: tuple[Seat, ...]
    fresh: Seat
    owner_key: str


class Simulation:
    """Rounds over one world; every number comes from the round's seed, but for PostgreSQL's own timing."""

    def __init__(self, world: World, calm: Process, odds: Odds | None = None) -> None:
        self._world = world
        self._calm = calm
        self._faults = Faults(Random(0), world.side, odds or Odds())
        self._processes: list[Process] = []
        self._odds = odds or Odds()

    async def prepare(self) -> None:
        store = FaultyStore(self._world.log, self._faults)
        for _ in range(WEB_PROCESSES):
            self._processes.append(await self._world.process(store, self._faults, **QUICK))

    async def round(self, seed: int) -> list[str]:
        """Play one round; what was violated."""
        self._faults.odds, self._faults.random = None, Random(seed)
        random = Random(seed)
        scenes = [await self._scene() for _ in range(2)]
        wishes = [wish for scene in scenes for wish in self._wishes(scene, random)]
        random.shuffle(wishes)
        self._faults.odds = self._odds
        answers = await self._played(wishes, random)
        if parked := await self._parked():
            return parked
        if unanswered := [str(one) for one in answers if isinstance(one, Unanswered)]:
            return unanswered
        self._faults.odds = None
        try:
            await self._world.drained()
        except TimeoutError:
            return ["the projection did not come to the head", *await self._parked()]
        return (await History.of(self._world.log)).violations(
            one for one in answers if isinstance(one, Told)
        ) + await self._unequal_tables()

    async def _played(self, wishes: list[Wish], random: Random) -> list[Told | Unanswered]:
        """All answers; none where the projector parked meanwhile."""
        disturbing = asyncio.create_task(self._disturb(random))
        watching = asyncio.create_task(self._watch())
        clients = [client(wish, self._processes, self._world.log, Random(random.random())) for wish in wishes]
        playing = asyncio.create_task(_all(clients))
        either: list[asyncio.Task[Any]] = [playing, watching]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return playing.result() if playing.done() else []
        finally:
            await _cancelled(playing, disturbing, watching)
            if self._world.projector is None:
                self._world.project(parked_seconds=0.05)

    async def _watch(self) -> None:
        while not await self._parked():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.05)

    async def _disturb(self, random: Random) -> None:
        """The projector stops for a while, or its backend is killed; every other time only after some progress."""
        while True:
            await asyncio.sleep(random.random() * 0.1)
            if random.random() < 0.5:
                await self._come_further()
            if random.random() < 0.5:
                await self._faults.kill_one("assessment projector")
                continue
            await self._world.stop_projector()
            await asyncio.sleep(random.random() * 0.15)
            self._world.project(parked_seconds=0.05)

    async def _come_further(self) -> None:
        """Wait until the projector has moved on: on a slow machine it would never end a start otherwise."""
        before = (await read_checkpoint(self._world.side)).position
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROGRESS_SECONDS):
                while (await read_checkpoint(self._world.side)).position == before:  # noqa: ASYNC110 - as in _watch
                    await asyncio.sleep(0.01)

    async def _scene(self) -> Scene:
        employer_id = new_id()
        await self._calm.execute(create_employer(employer_id, ACTIVE_LIMIT))
        drafts = [
            await a_draft(self._calm, employer_id, **(LIMITED if first else {})) for first in (True, *[False] * 3)
        ]
        await self._calm.execute(publish(self._world, employer_id, drafts[0]))
        published = Published(employer_id, drafts[0])
        seats = [await a_seat(self._world, self._calm, published, f"{number}@example.org") for number in range(3)]
        for seat in seats[1:]:
            await self._calm.execute(start(seat))
        await self._calm.execute(key := a_key(employer_id))
        return Scene(published, tuple(drafts[1:]), tuple(seats[1:]), seats[0], key.key_id)

    def _wishes(self, scene: Scene, random: Random) -> list[Wish]:
        employer_id, assessment_id = scene.open.employer_id, scene.open.assessment_id
        commands = [publish(self._world, employer_id, draft) for draft in (*scene.drafts, *scene.drafts)]
        wishes = [self._wish(command, random) for command in commands]
        wishes += [self._wish(close(employer_id, draft), random) for draft in scene.drafts[:2]]
        for seat in scene.seats:
            wishes += [self._wish(save(seat, sequence, f"answer {sequence}"), random) for sequence in (1, 2)]
            wishes += [self._wish(submit(seat), random) for _ in range(2)]
        for _ in range(3):
            key = new_id()
            emails = random.sample([f"new-{number}@example.org" for number in range(3)], 2)
            order = issue_invites(self._world, employer_id, assessment_id, key, *emails)
            wishes.append(Wish(order, key, same_bytes=True))
            join = invite_order(self._world, employer_id, emails[0], key := new_id())
            wishes.append(Wish(JoinPublicLink(employer_id, assessment_id, join, NOW), key, same_bytes=True))
        wishes += newer_wishes(self._world, scene.open, scene.seats, scene.fresh, scene.owner_key, random)
        impatient = [wish for wish in wishes if random.random() < 0.3]
        return wishes + impatient

    def _wish(self, command: object, random: Random) -> Wish:
        return Wish(command, new_id(), random.random() < 0.5)  # type: ignore[arg-type]

    async def _unequal_tables(self) -> list[str]:
        compared = await Rebuilder(self._connected, self._world.log, Quiet(), lambda: datetime.now(UTC)).verify()
        return [f"table {table.name} is not what the log says" for table in compared.tables if not table.is_equal]

    async def _parked(self) -> list[str]:
        last = await last_report(self._world.side)
        return [last.report.detail] if last is not None and last.report.state == "parked" else []

    async def _connected(self) -> OwnConnection:
        return await connect(self._world.settings, "rebuild", role=DatabaseRole.OWNER, limits=LIMITS)


async def _all(clients: list[Coroutine[Any, Any, Told | Unanswered]]) -> list[Told | Unanswered]:
    return list(await asyncio.gather(*clients))


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
