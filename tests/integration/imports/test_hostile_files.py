"""Hostile files through the whole check: each answered in time with its code, this process alive and small."""

import gc
import os
import time
from pathlib import Path
from typing import Final

import pytest

from assessment.imports.checking import check_file
from assessment.imports.report import Report
from tests.kit.hostile_files import BANK, HOSTILE

MAX_SECONDS: Final = 12.0
SLOWER: Final = 10
"""How much of what a good file takes now a busy machine may take beyond."""
MAX_GROWTH_BYTES: Final = 20 * 1024 * 1024
ROUNDS: Final = 4


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_file_is_answered_in_time(name: str) -> None:
    make, codes = HOSTILE[name]
    data = make()
    _, ordinary_seconds = await timed(BANK)
    report, seconds = await timed(data)

    print(f"{name}: {len(data)} bytes, {seconds:.2f} s, {report.outcome.problem_counts}")
    assert set(report.outcome.problem_counts) & codes
    assert report.outcome.questions == ()
    assert report.outcome.errors >= 1
    assert seconds < MAX_SECONDS + SLOWER * ordinary_seconds


async def timed(data: bytes) -> tuple[Report, float]:
    started = time.monotonic()
    report = await check_file(data, "bank.xlsx")
    return report, time.monotonic() - started


async def test_this_process_stays_small() -> None:
    files = [HOSTILE[name][0]() for name in ("far-cell", "short-lines")]
    for data in files:
        await check_file(data, "")
    gc.collect()
    before = _resident_bytes()
    for _ in range(ROUNDS):
        for data in files:
            await check_file(data, "")
    growth = _resident_bytes() - before

    print(f"growth after {ROUNDS * len(files)} hostile files: {growth / 1024:.0f} KiB")
    assert growth < MAX_GROWTH_BYTES
    assert len((await check_file(BANK, "bank.xlsx")).outcome.questions) == 1


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
