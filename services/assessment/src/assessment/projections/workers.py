"""Who folds the parts of a log: this process, one after the other, or processes of its own, side by side."""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Any, Final, Protocol

from asyncpg.exceptions import IntegrityConstraintViolationError, PostgresError

from assessment.projections.appends import EventUnreadable
from assessment.projections.folding import RowUnexpected
from assessment.projections.opening import Opening
from assessment.projections.parts import LIMITS, FoldedPart, Limits, Part, fold_part
from assessment.projections.rule_broken import RuleBroken
from assessment.read_models.connections import Connection
from assessment.read_models.constraint_names import constraint_of
from assessment.read_models.failures import first_line
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore

PART_EVENTS: Final = 10_000
"""Fewer are folded before another process has said what it did."""


class PartFailed(Exception):  # noqa: N818 (an outcome, named for what it is)
    """A part of the log could not be folded; the message says why."""


class Workers(Protocol):
    """Who folds. parts: in how many parts a log of so many events is folded."""

    def parts(self, events: int) -> int: ...

    async def fold(
        self, connection: Connection, store: EventStore, schema: str, parts: Sequence[Part], at: Callable[[int], None]
    ) -> list[FoldedPart]:
        """Fold every part; the answer is in their order. at: is told how many events are in, of all parts."""
        ...


class OneProcess:
    """This one, with the connection and the store that it has; it holds what `limits` say."""

    def __init__(self, parts: int = 1, limits: Limits = LIMITS) -> None:
        self._parts = parts
        self._limits = limits

    def parts(self, events: int) -> int:
        return self._parts

    async def fold(
        self, connection: Connection, store: EventStore, schema: str, parts: Sequence[Part], at: Callable[[int], None]
    ) -> list[FoldedPart]:
        """Raises what `fold_part` raises."""
        folded = []
        for part in parts:
            told = partial(_after, at, part.begin.position)
            folded.append(await fold_part(connection, store, schema, replace(part, limits=self._limits), told))
        return folded


def _after(at: Callable[[int], None], before: int, done: int) -> None:
    at(before + done)


def parts_of(events: int, processes: int) -> int:
    """A part for each process, and one of PART_EVENTS at the least where there is more than one."""
    return max(1, min(processes, events // PART_EVENTS))


class ManyProcesses:
    """Processes that wait for a part each; more parts than processes are not made."""

    def __init__(self, children: Sequence["_Child"]) -> None:
        self._children = children

    def parts(self, events: int) -> int:
        return parts_of(events, len(self._children))

    async def fold(
        self, connection: Connection, store: EventStore, schema: str, parts: Sequence[Part], at: Callable[[int], None]
    ) -> list[FoldedPart]:
        """Raises PartFailed."""
        if len(parts) == 1:
            return await OneProcess().fold(connection, store, schema, parts, at)
        done = [0] * len(parts)

        def heard(number: int, events: int) -> None:
            done[number] = events
            at(sum(done))

        children = self._children[: len(parts)]
        folding = [
            asyncio.create_task(child.folded(schema, part, partial(heard, number)))
            for number, (child, part) in enumerate(zip(children, parts, strict=True))
        ]
        try:
            return await asyncio.gather(*folding)
        except BaseException:
            for child in children:
                child.stop()  # which also ends the wait for what it says
            await asyncio.wait(folding)
            raise


@contextmanager
def many_processes(opening: Opening, count: int) -> Iterator[ManyProcesses]:
    """So many, each with a connection and a store of its own; they end with the block, whatever they are at.

    They are forked, which is quick and asks that no thread and no event loop has begun; and none for a count of one.
    """
    children: list[_Child] = []
    try:
        for _ in range(count if count > 1 else 0):
            children.append(_Child(opening, children))
        yield ManyProcesses(children)
    finally:
        for child in children:
            child.end()


class _Child:
    """A process that folds one part, and says how far it is, and what came of it."""

    def __init__(self, opening: Opening, elder: Sequence["_Child"]) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        not_theirs = [self.pipe, *(child.pipe for child in elder)]
        forking = multiprocessing.get_context("fork")
        self._process = forking.Process(target=_work, args=(theirs, not_theirs, opening), daemon=True)
        self._process.start()
        theirs.close()

    async def folded(self, schema: str, part: Part, at: Callable[[int], None]) -> FoldedPart:
        loop = asyncio.get_running_loop()
        self.pipe.send((schema, part))
        while True:
            try:
                said = await loop.run_in_executor(None, self.pipe.recv)
            except (EOFError, OSError):
                raise PartFailed("a process that folded a part of the log has died") from None
            match said:
                case int():
                    at(said)
                case str():
                    raise PartFailed(said)
                case FoldedPart():
                    return said

    def stop(self) -> None:
        """In the middle of whatever it is at."""
        self._process.terminate()

    def end(self) -> None:
        self.stop()
        self._process.join()
        self.pipe.close()


def _work(pipe: "Pipe[Any, Any]", not_ours: Sequence["Pipe[Any, Any]"], opening: Opening) -> None:
    """What a process does: nothing, where its parent ends before it has a part for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the parent to act on
    for other in not_ours:
        other.close()
    try:
        schema, part = pipe.recv()
        asyncio.run(_fold(pipe, opening, schema, part))
    except EOFError:
        return
    except IntegrityConstraintViolationError as failure:
        pipe.send(str(RuleBroken(constraint_of(failure))))
    except (EventUnreadable, RowUnexpected, StoreError, PostgresError, OSError) as failure:
        pipe.send(first_line(failure))


async def _fold(pipe: "Pipe[Any, Any]", opening: Opening, schema: str, part: Part) -> None:
    async with opening.store() as store, opening.connection() as connection:
        pipe.send(await fold_part(connection, store, schema, part, pipe.send))
