from datetime import UTC, datetime, timedelta
from typing import Any

from assessment.app.key_uses import COARSE, KeyUses

NOW = datetime(2026, 11, 22, 8, 0, 30, 5, UTC)


class Scratch:
    """Counts what is written; fails when it is told to."""

    def __init__(self) -> None:
        self.written: list[Any] = []
        self.is_down = False

    async def execute(self, _: str, *values: Any) -> str:
        if self.is_down:
            raise ConnectionRefusedError
        self.written.append(values)
        return "INSERT 0 1"


def uses(scratch: Scratch, limit: int = 10) -> KeyUses:
    pool: Any = scratch
    return KeyUses(pool, limit)


async def test_a_use_is_noted_to_the_minute_and_once_in_it() -> None:
    scratch = Scratch()
    made = uses(scratch)
    for later in (timedelta(), timedelta(seconds=1), COARSE - timedelta(microseconds=1)):
        await made.note("e", "k", NOW + later)
    assert len(scratch.written) == 1
    assert NOW.replace(second=0, microsecond=0) in scratch.written[0]
    await made.note("e", "k", NOW + COARSE)
    await made.note("e", "another", NOW)
    assert len(scratch.written) == 3


async def test_only_so_many_keys_are_remembered() -> None:
    scratch = Scratch()
    made = uses(scratch, limit=2)
    for key in ("a", "b", "b", "c", "b", "a"):
        await made.note("e", key, NOW)
    assert [values for values in scratch.written if "a" in values] == [scratch.written[0], scratch.written[-1]]
    assert len(scratch.written) == 4


async def test_what_can_not_be_noted_is_let_go() -> None:
    scratch = Scratch()
    scratch.is_down = True
    await uses(scratch).note("e", "k", NOW)
    assert scratch.written == []
