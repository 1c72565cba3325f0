"""The child's own limits, exactly: one page of memory below, at and above; one second of work below, at and above."""

import resource
import sys
from collections.abc import Sequence

import pytest

from assessment.imports import checking, limits
from assessment.imports.checking import check_file
from tests.kit.workbooks import GOOD, HEADER, xlsx

PAGE = resource.getpagesize()
# as much is mapped as is still allowed and `over` pages; what the child says is told by how it ends
MEMORY = """
import mmap, os, sys
from assessment.imports import child, limits
statm = os.open("/proc/self/statm", os.O_RDONLY)
child.limit_process()
page = mmap.PAGESIZE
for part in (16, 1):  # the first time for what the interpreter itself takes for it
    used = int(os.pread(statm, 100, 0).split()[0]) * page
    wanted = (limits.CHILD_MEMORY_BYTES - used) // part // page * page + {over} * page
    try:
        mmap.mmap(-1, wanted).close()
    except OSError:
        os.abort()
sys.exit(3)
"""
# a limit of whole seconds, worked up to by processor time and not by the clock
SECONDS = """
import os, time
from assessment.imports import child
child.CHILD_PROCESSOR_SECONDS, child.CHECK_SECONDS = {limit}, 120
child.limit_process()
while time.process_time() < {limit} + {over}:
    pass
os._exit(3)
"""


def python(program: str) -> Sequence[str]:
    return (sys.executable, "-I", "-c", program)


@pytest.mark.parametrize("over", [-1, 0, 1])
async def test_memory_is_512_mebibytes_to_the_page(over: int) -> None:
    report = await check_file(xlsx([HEADER, GOOD]), "", command=python(MEMORY.format(over=over)))
    assert report.outcome.problem_counts == {"too-much-memory" if over > 0 else "reader-failed": 1}
    assert limits.CHILD_MEMORY_BYTES == 512 * 1024 * 1024
    assert limits.CHILD_MEMORY_BYTES % PAGE == 0


@pytest.mark.parametrize("over", [-1.0, -0.4, 1.0])
async def test_processor_time_is_limited_to_the_second(monkeypatch: pytest.MonkeyPatch, over: float) -> None:
    monkeypatch.setattr(checking, "CHECK_SECONDS", 120.0)  # of the clock, which on a busy machine runs much faster
    report = await check_file(xlsx([HEADER, GOOD]), "", command=python(SECONDS.format(limit=2, over=over)))
    assert report.outcome.problem_counts == {"too-slow" if over > 0 else "reader-failed": 1}


async def test_a_child_is_told_every_limit() -> None:
    program = """
import resource, signal, sys
from assessment.imports import child, limits
is_told = child.CHECK_SECONDS == limits.CHECK_SECONDS
child.CHECK_SECONDS = 1000.0  # so that what passes before the clock is looked at is nothing beside it
child.limit_process()
expected = {resource.RLIMIT_AS: limits.CHILD_MEMORY_BYTES, resource.RLIMIT_CPU: 10, resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: limits.CHILD_OUTPUT_BYTES, resource.RLIMIT_NOFILE: 3}
told = all(resource.getrlimit(one) == (value, value) for one, value in expected.items())
wall = 900 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1000
import os
os.abort() if told and wall and is_told else sys.exit(3)
"""
    report = await check_file(xlsx([HEADER, GOOD]), "", command=python(program))
    assert report.outcome.problem_counts == {"too-much-memory": 1}
    assert limits.CHILD_PROCESSOR_SECONDS == 10
