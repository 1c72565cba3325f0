"""`eventrail serve` that answers an append before it writes it: what a crash test must catch."""

import asyncio
import os
import sys

from eventrail.cli import run
from eventrail.log.commit_queue import CommitQueue
from eventrail.log.events import Append, Appended, Outcome

WRITE_BEHIND_SECONDS = 5.0
"""Longer than a life with traffic, so that whatever was answered first is lost with it."""
_append = CommitQueue.append
_writes: set[asyncio.Task[None]] = set()


async def answer_first(queue: CommitQueue, append: Append) -> Outcome:
    """With one client the guess of the position is right, whenever the write comes to its end."""
    for write in tuple(_writes):
        await write
    first = queue._log.head.position + 1
    write = asyncio.create_task(_write_later(queue, append))
    _writes.add(write)
    write.add_done_callback(_writes.discard)
    return Appended(first, first + len(append.events) - 1)


async def _write_later(queue: CommitQueue, append: Append) -> None:
    await asyncio.sleep(WRITE_BEHIND_SECONDS)
    await _append(queue, append)


if __name__ == "__main__":
    CommitQueue.append = answer_first  # type: ignore[method-assign, assignment]
    # The shortcut does not wait for `append`; what is broken here, it must not mend.
    sys.exit(run(["serve"], {**os.environ, "EVENTRAIL_SHORTCUT": "false"}))
