"""Lives of a server: started on one log, appended to by many clients, killed at a random moment, started again."""

import asyncio
import contextlib
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from docs.tools.independent_reader import ReadLog, read_log
from embedded.failures import ServerFailed
from embedded.ports import free_port
from tests.integration.eventrail.web import Web
from tests.kit.history import Acknowledged, Record, Refused, Sent, check_history, unanswered
from tests.kit.processes import Processes
from tests.kit.random_appends import random_call
from tests.kit.services import ADMIN_TOKEN, write_tokens

LONGEST_TRAFFIC_SECONDS = 0.3
LONGEST_START_SECONDS = 1.0
KILLED_IN_START = 0.2
LIVES_PER_LOG = 50
PAGE_EVENTS = 100
SERVE = ("-m", "eventrail.cli", "serve")
HASTY = ("-m", "tests.integration.eventrail.hasty_server")


@dataclass
class Totals:
    lives: int = 0
    sent: int = 0
    acknowledged: int = 0
    retried: int = 0
    violations: list[str] = field(default_factory=list)


def live_and_die(directory: Path, seed: int, lives: int, *, clients: int = 8, program: Sequence[str] = SERVE) -> Totals:
    """Kill as many servers as asked for, or until the log violates what its clients were told."""
    totals = Totals()
    while totals.lives < lives and not totals.violations:
        chance = random.Random(f"{seed}-{totals.lives}")
        place = directory / f"from-{totals.lives}"
        place.mkdir()
        _lives_of_one_log(place, chance, min(LIVES_PER_LOG, lives - totals.lives), clients, program, totals)
    return totals


def _lives_of_one_log(
    place: Path, chance: random.Random, lives: int, clients: int, program: Sequence[str], totals: Totals
) -> None:
    history: list[Record] = []
    port = free_port()
    for _ in range(lives):
        lost = unanswered(history)
        _one_life(place, port, chance, lost, clients, program, history)
        totals.lives += 1
        totals.retried += len(lost)
        totals.violations = check_history(history, _stored(place).events)
        if totals.violations:
            break
    else:
        if _served(place, port) != b"".join(event.line + b"\n" for event in _stored(place).events):
            totals.violations.append("what is served over HTTP is not what the independent reader finds")
    totals.sent += sum(isinstance(record, Sent) for record in history)
    totals.acknowledged += sum(isinstance(record, Acknowledged) for record in history)


def _stored(place: Path) -> ReadLog:
    """The log as the independent reader finds it; nothing where the process died before it had made it."""
    return read_log(place / "log") if (place / "log" / "log.json").exists() else ReadLog("", [], b"")


def _served(place: Path, port: int) -> bytes:
    """The whole log over HTTP, page by page, from a server that starts once more."""
    processes = Processes(place, [])
    web = Web(f"http://127.0.0.1:{port}")
    try:
        processes.start(
            "server",
            (sys.executable, *SERVE),
            _environment(place, port),
            ready_url=f"{web.url}/health/ready",
        )
        pages = [web.get("/events", [("limit", PAGE_EVENTS)])]
        while pages[-1].body:
            last = pages[-1].lines[-1]["position"]
            pages.append(web.get("/events", [("limit", PAGE_EVENTS), ("after", last)]))
        return b"".join(page.body for page in pages)
    finally:
        processes.kill_all()


def _environment(place: Path, port: int) -> dict[str, str]:
    return {
        "EVENTRAIL_DATA_DIRECTORY": str(place / "log"),
        "EVENTRAIL_PORT": str(port),
        "EVENTRAIL_TOKENS_FILE": str(write_tokens(place / "tokens.json")),
        "EVENTRAIL_SEGMENT_BYTES": "8000",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }


def _one_life(
    place: Path,
    port: int,
    chance: random.Random,
    lost: Sequence[Sent],
    clients: int,
    program: Sequence[str],
    history: list[Record],
) -> None:
    processes = Processes(place, [])
    environment = _environment(place, port)
    command = (sys.executable, *program)
    url = f"http://127.0.0.1:{port}"
    try:
        if chance.random() < KILLED_IN_START:
            with contextlib.suppress(ServerFailed):
                limit = chance.uniform(0, LONGEST_START_SECONDS)
                processes.start("server", command, environment, ready_url=f"{url}/health/ready", timeout_seconds=limit)
        else:
            child = processes.start("server", command, environment, ready_url=f"{url}/health/ready")
            asyncio.run(_traffic(url, chance, lost, clients, history, child.kill))
    finally:
        processes.kill_all()


async def _traffic(
    url: str,
    chance: random.Random,
    lost: Sequence[Sent],
    clients: int,
    history: list[Record],
    kill: Callable[[], object],
) -> None:
    striking = asyncio.create_task(_strike(history, len(history), chance.uniform(0, LONGEST_TRAFFIC_SECONDS), kill))
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(url, headers=headers) as session:
        with contextlib.suppress(aiohttp.ClientError):
            for call in lost:
                await _send(session, Sent(f"{chance.getrandbits(64):x}", call.events), history)
        await asyncio.gather(
            *(_client(session, random.Random(chance.getrandbits(64)), number, history) for number in range(clients))
        )
    await striking


async def _strike(history: Sequence[Record], begun: int, seconds: float, kill: Callable[[], object]) -> None:
    """So long after the first answer of this life, which on a slow machine may take longer than the traffic."""
    while not any(isinstance(record, Acknowledged) for record in history[begun:]):  # noqa: ASYNC110 (a list has no event)
        await asyncio.sleep(0.001)
    await asyncio.sleep(seconds)
    kill()


async def _client(session: aiohttp.ClientSession, chance: random.Random, number: int, history: list[Record]) -> None:
    with contextlib.suppress(aiohttp.ClientError):
        while True:
            await _send(session, random_call(chance, number), history)


async def _send(session: aiohttp.ClientSession, call: Sent, history: list[Record]) -> None:
    events = ",".join(
        f'{{"type":"{event.type}","tags":{json.dumps(event.tags)},"id":"{event.id}","data":{event.data}}}'
        for event in call.events
    )
    history.append(call)
    async with session.post("/append", data=f'{{"events":[{events}]}}'.encode()) as answer:
        body = await answer.read()
        if answer.status in {200, 201}:
            result = json.loads(body)
            history.append(Acknowledged(call.call, result["first"], result["last"]))
        elif answer.status < 500:
            history.append(Refused(call.call))
