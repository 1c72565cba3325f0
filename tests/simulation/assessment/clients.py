"""Clients of a simulation: each wants one thing, may send it twice, and tries again until it is answered."""

import asyncio
import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from assessment.app.commands import Executed, LogUnavailable, Overloaded, Refused
from assessment.app.errors import DATABASE_FAILURES
from assessment.domain.commands import Command
from assessment.domain.decision import Refusal
from eventrail_client.memory import MemoryEventStore
from tests.integration.assessment_app.world import Process
from tests.simulation.assessment.faults import Crashed

MAX_TRIES = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """key: of every try; same_bytes: whether a retry is decided at the same moment, and so forms the same event."""

    command: Command
    key: str
    same_bytes: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a client was told. began, ended: the log's head when the last try began and when it was answered."""

    wish: Wish
    answer: Executed | Refusal
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A client gave up."""

    wish: Wish

    def __str__(self) -> str:
        return f"{type(self.wish.command).__name__} was not answered in {MAX_TRIES} tries"


async def client(wish: Wish, processes: list[Process], log: MemoryEventStore, random: Random) -> Told | Unanswered:
    """Try until there is an answer, each time at any of the processes."""
    for number in range(MAX_TRIES):
        command = wish.command if wish.same_bytes else _later(wish.command, number)
        began = (await log.head()).position
        try:
            answer: Executed | Refusal = await random.choice(processes).execute(command, wish.key, "f" * 64)
        except Refused as refused:
            answer = refused.refusal
        except (Crashed, Overloaded, LogUnavailable, *DATABASE_FAILURES):
            await asyncio.sleep(random.random() * 0.02)
            continue
        return Told(wish, answer, began, (await log.head()).position)
    return Unanswered(wish)


def _later(command: Command, number: int) -> Command:
    return dataclasses.replace(command, now=command.now + timedelta(milliseconds=number))
