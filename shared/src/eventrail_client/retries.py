"""Trying again: what may be, how often, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from contracts.problems import Problem
from eventrail_client.errors import Unavailable
from eventrail_client.options import Options

T = TypeVar("T")


class TryAgain(Exception):  # noqa: N818 - it is a request, not an error
    """One try came to nothing. maybe_recorded: the request may have been carried out all the same."""

    def __init__(
        self,
        reason: str,
        *,
        maybe_recorded: bool,
        asked_seconds: float | None = None,
        problem: Problem | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.maybe_recorded = maybe_recorded
        self.asked_seconds = asked_seconds
        self.problem = problem


async def until_answered(options: Options, attempt: Callable[[float], Awaitable[T]]) -> T:
    """What `attempt(seconds it has)` returns, tried until it no longer raises TryAgain; raises Unavailable at the end.

    Only for what may be done twice: a read, or an append whose events have their ids.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + options.budget_seconds
    maybe_recorded = False
    failures = 0
    while True:
        try:
            return await attempt(min(options.try_seconds, max(deadline - clock(), 0.001)))
        except TryAgain as failed:
            failures += 1
            maybe_recorded = maybe_recorded or failed.maybe_recorded
            pause = options.pause(failures, failed.asked_seconds)
            if failures >= options.attempts or clock() + pause >= deadline:
                reason = f"{failed.reason} ({failures} tries)"
                raise Unavailable(reason, maybe_recorded=maybe_recorded, problem=failed.problem) from failed
            await asyncio.sleep(pause)
