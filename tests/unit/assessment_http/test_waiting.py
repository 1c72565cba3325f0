import pytest

from assessment.app.checkpoint_watch import CheckpointWatch
from assessment.http.waiting import wait_as_asked
from servicekit.problems import ProblemRaised


class Standing(CheckpointWatch):
    """A projection that stands at one position."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.waited: list[float] = []

    async def reached(self, position: int, timeout_seconds: float) -> bool:
        self.waited.append(timeout_seconds)
        return position <= self.position


async def test_nothing_is_waited_for_that_nobody_asked() -> None:
    watch = Standing(0)
    await wait_as_asked(watch, {})
    assert watch.waited == []


@pytest.mark.parametrize("position", ["0", "6", "7"])
async def test_a_position_that_is_reached_is_waited_for(position: str) -> None:
    watch = Standing(7)
    await wait_as_asked(watch, {"at_least": position}, wait_seconds=3)
    assert watch.waited == [3]


async def test_a_position_that_is_not_reached_in_time_is_answered_with_when_to_come_back() -> None:
    with pytest.raises(ProblemRaised) as raised:
        await wait_as_asked(Standing(7), {"at_least": "8"})
    assert raised.value.body.status == 503
    assert raised.value.headers == {"Retry-After": "1"}


@pytest.mark.parametrize(("position", "taken"), [(2**63 - 2, True), (2**63 - 1, True), (2**63, False)])
async def test_a_position_has_63_bits(position: int, taken: bool) -> None:  # noqa: FBT001 (a case's value)
    watch = Standing(2**64)
    if taken:
        await wait_as_asked(watch, {"at_least": str(position)})
        assert len(watch.waited) == 1
        return
    with pytest.raises(ProblemRaised) as raised:
        await wait_as_asked(watch, {"at_least": str(position)})
    assert (raised.value.body.status, raised.value.body.at) == (400, "at_least")
