"""NATS killed, wiped, purged, rolled back and lied to under traffic: the stream ends as the log, readers lose nothing.

NATS_FAULTS is how many; NATS_SEED plays a run again.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from contracts.envelope import Event
from eventrail_client.follow import Cursor
from eventrail_client.nats_feed import NatsFeed
from eventrail_client.whole_appends import Assembly, Offer, RecordedAppend
from tests.integration.eventrail.nats_faults.campaign import Totals, deck, play
from tests.integration.eventrail.nats_faults.faults import FAULTS, SECONDS, killed
from tests.integration.eventrail.nats_faults.stage import Stage
from tests.kit.seeds import seed_of

COUNT = int(os.environ.get("NATS_FAULTS", "6"))
BELIEVING = ("-m", "tests.integration.eventrail.believing_server")


def printed(seed: int, totals: Totals) -> str:
    kinds = ", ".join(f"{name} {count}" for name, count in sorted(totals.faults.items()))
    return (
        f"NATS_SEED={seed} NATS_FAULTS={totals.faults.total()}: {kinds}; {totals.appends} appends acknowledged, "
        f"{totals.events} events, {totals.effects} effects, {totals.gaps} gaps, {totals.doubles} double effects, "
        f"{totals.projections} projections stopped and started, {len(totals.violations)} violations"
    )


@pytest.mark.timeout(600 + 240 * COUNT)
async def test_the_stream_is_the_log_again_after_each_fault(tmp_path: Path) -> None:
    seed = seed_of("NATS_SEED", "NATS_FAULTS")
    print(f"\nNATS_SEED={seed}")
    totals = await play(tmp_path, seed, deck(random.Random(seed), COUNT))
    print(printed(seed, totals))
    assert totals.violations == []
    assert totals.faults.total() == COUNT
    assert len(totals.faults) == min(COUNT, len(FAULTS)), "each kind fires before any fires again"
    assert (totals.effects, totals.gaps, totals.doubles) == (totals.events, 0, 0)


async def test_control_a_publisher_that_believes_the_last_sequence_is_caught(tmp_path: Path) -> None:
    totals = await play(tmp_path, 1, ["purged"], program=BELIEVING, grace_seconds=3)
    assert any("purged: the stream has" in violation for violation in totals.violations), totals


class Believing(Assembly):
    """Takes every line as the next one."""

    def offer(self, line: bytes) -> tuple[Offer, int]:
        event = msgspec.json.decode(line, type=Event)
        self.cursor = Cursor(self.cursor.log_id, event.position, event.hash)
        self._whole.append(RecordedAppend((event,), (line,)))
        return Offer.TAKEN, event.position


class FromTheBeginning(NatsFeed):
    """Asks for everything whenever it begins anew, as who keeps no position."""

    def start(self, log_id: str, next_position: Callable[[], int], news: asyncio.Event) -> None:
        super().start(log_id, lambda: 1, news)


async def killed_until_it_doubles(stage: Stage) -> None:
    """The reader comes back to NATS when it likes; nothing shows before."""
    await killed(stage)
    async with asyncio.timeout(SECONDS):
        while not stage.effects.doubles:
            await stage.traffic.more(1)


async def test_control_a_reader_that_believes_each_line_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventrail_client.follow.Assembly", Believing)
    monkeypatch.setattr("tests.integration.eventrail.nats_faults.effects.NatsFeed", FromTheBeginning)
    monkeypatch.setitem(FAULTS, "killed", killed_until_it_doubles)
    totals = await play(tmp_path, 1, ["killed"])
    assert totals.doubles > 0, totals
    assert totals.violations
