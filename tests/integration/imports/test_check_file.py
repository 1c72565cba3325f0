"""The check as the web process does it: a child for each file, whose every end is a report."""

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from assessment.imports import checking
from assessment.imports.checking import ChecksBusy, check_file, digest_of
from assessment.imports.limits import CHECKS_AT_ONCE
from assessment.imports.pipeline import read_file
from assessment.imports.report import Report
from contracts.assessment.limits import MAX_UPLOAD_BYTES
from tests.kit.import_cases import CASES, Case
from tests.kit.workbooks import GOOD, HEADER, comma_separated, raw_workbook, text_cell, xlsx

BANK = xlsx([HEADER, GOOD])
LONG_SECONDS = 120.0
"""A limit that isn't meant; the machine may be slow."""
ENOUGH_TURNS = 200
"""Of the loop during a check, which by itself takes a handful; there are some ten thousand."""
LIMITED = "from assessment.imports import child; child.limit_process(); "
# what the child would be without its pre-check: the parser is given whatever comes
UNCHECKED = LIMITED + (
    "import sys; from assessment.imports import sheet_scan, workbook, workbook_map, precheck; "
    "part = workbook_map.SheetPart('S1', False, ''); scan = sheet_scan.SheetScan(last_row=1); "
    "workbook.read_sheets(sys.stdin.buffer.read(), precheck.WorkbookScan(((part, scan),), False))"
)
FAR_CELLS = raw_workbook(f"<row>{text_cell('A1', 'x')}{text_cell('ZZ200000', 'x')}</row>")


def python(program: str) -> Sequence[str]:
    return (sys.executable, "-I", "-c", program)


def counts(report: Report) -> dict[str, int]:
    return report.outcome.problem_counts


async def test_good_file_is_accepted() -> None:
    report = await check_file(BANK, "bank.xlsx")

    assert report.outcome == read_file(BANK)
    assert len(report.outcome.questions) == 1
    answer = report.as_answer("i1")
    assert (answer.id, answer.accepted, answer.problems) == ("i1", 1, ())
    assert answer.digest == hashlib.sha256(b"3\n" + BANK).hexdigest()


async def test_digest_names_bytes_and_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    first = digest_of(BANK)
    assert digest_of(BANK) == first
    assert digest_of(BANK + b"\x00") != first
    monkeypatch.setattr(checking, "CONTRACT_VERSION", 1)
    assert digest_of(BANK) != first


@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: f"{case.code.slug}-{case.name}".rstrip("-"))
async def test_child_finds_what_the_pipeline_finds(case: Case) -> None:
    data = case.data()
    assert (await check_file(data, "")).outcome == read_file(data)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp1252"])
async def test_child_has_its_codecs_though_it_can_open_no_file(encoding: str) -> None:
    data = "question,type\nnaïve?,essay\n".encode(encoding)
    report = await check_file(data, "a.csv")
    assert [question.prompt for question in report.outcome.questions] == ["naïve?"]


@pytest.mark.parametrize("over", [-1, 0, 1])
async def test_upload_size(over: int) -> None:
    start = b"question,type\nWhy?,essay\n"
    data = start + b"\n" * 5_000 + b" " * (MAX_UPLOAD_BYTES + over - len(start) - 5_000)
    report = await check_file(data, "")
    assert ("file-too-large" in counts(report)) == (over > 0)


async def test_name_that_promises_another_format_is_only_a_remark() -> None:
    report = await check_file(BANK, "../../Bank.CSV")
    assert counts(report) == {"extension-disagrees": 1}
    assert report.outcome.errors == 0
    assert report.outcome.problems[0].severity == "warning"
    assert len(report.outcome.questions) == 1
    assert counts(await check_file(comma_separated([HEADER, GOOD]), "bank.txt")) == {}


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import os; os.abort()", "too-much-memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "reader-failed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "too-slow"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "too-slow"),
        ("raise SystemExit(3)", "reader-failed"),
        ("print('no outcome')", "reader-failed"),
        ("pass", "reader-failed"),
        ("print('x' * 9_000_000)", "reader-failed"),
    ],
)
async def test_every_end_of_the_child_is_a_report(program: str, code: str) -> None:
    report = await check_file(BANK, "bank.xlsx", command=python(program))
    assert counts(report) == {code: 1}
    assert report.outcome.errors == 1
    assert report.digest == digest_of(BANK)


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        ("MemoryError", "too-much-memory"),
        ("ValueError", "reader-failed"),
        ("KeyboardInterrupt", "reader-failed"),  # a panic of the parser derives from BaseException as well
    ],
)
async def test_what_the_parser_throws_is_a_report(raised: str, code: str) -> None:
    program = (
        f"from assessment.imports import child\ndef fail(data): raise {raised}\nchild.read_file = fail\nchild.main()"
    )
    report = await check_file(BANK, "", command=python(program))
    assert counts(report) == {code: 1}


async def test_control_far_cells_end_a_child_that_has_no_pre_check() -> None:
    unchecked = await check_file(FAR_CELLS, "", command=python(UNCHECKED))
    assert counts(unchecked) == {"too-much-memory": 1}
    checked = await check_file(FAR_CELLS, "")
    assert counts(checked) == {"too-many-rows": 1}
    assert (checked.outcome.problems[0].column, checked.outcome.problems[0].row) == ("ZZ", 200_000)


@pytest.mark.parametrize(("megabytes", "code"), [(300, "reader-failed"), (600, "too-much-memory")])
async def test_memory_is_limited(megabytes: int, code: str) -> None:
    program = (
        "from assessment.imports import child\n"
        f"def fill(data): held = bytearray({megabytes} << 20); raise ValueError(len(held))\n"
        "child.read_file = fill\nchild.main()"
    )
    assert counts(await check_file(BANK, "", command=python(program))) == {code: 1}


async def test_processor_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECK_SECONDS", LONG_SECONDS)
    limits = (
        "from assessment.imports import child\n"
        f"child.CHILD_PROCESSOR_SECONDS, child.CHECK_SECONDS = 1, {LONG_SECONDS}\nchild.limit_process()\n"
    )
    program = limits + "while True: pass"
    started = time.monotonic()
    assert counts(await check_file(BANK, "", command=python(program))) == {"too-slow": 1}
    assert time.monotonic() - started < LONG_SECONDS


async def test_child_that_sleeps_is_ended_by_the_parent_and_gone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checking, "CHECK_SECONDS", 0.5)
    started = time.monotonic()
    report = await check_file(BANK, "", command=python("import time; time.sleep(600)"))
    assert counts(report) == {"too-slow": 1}
    assert time.monotonic() - started < LONG_SECONDS
    assert capfd.readouterr().err == ""


async def test_child_ends_itself_when_its_parent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CHECK_SECONDS", LONG_SECONDS)
    program = (
        "import time\nfrom assessment.imports import child\n"
        "child.CHECK_SECONDS = 0.2\nchild.limit_process()\ntime.sleep(600)"
    )
    started = time.monotonic()
    assert counts(await check_file(BANK, "", command=python(program))) == {"too-slow": 1}
    assert time.monotonic() - started < LONG_SECONDS


async def test_child_can_open_no_file_and_no_socket_and_knows_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "canary")
    program = (
        "import os, socket, sys\n"
        "from assessment.imports import child, limits, problems, report\n"
        "child.limit_process()\n"
        "seen = [] if 'SECRET_OF_THE_PARENT' not in os.environ else ['environment']\n"
        "for attempt in (lambda: open('/etc/passwd'), lambda: socket.socket(), lambda: os.dup(0)):\n"
        "    try:\n"
        "        attempt(); seen.append('opened')\n"
        "    except OSError: pass\n"
        "if seen: sys.exit(1)\n"
        "os.abort()\n"
    )
    assert counts(await check_file(BANK, "", command=python(program))) == {"too-much-memory": 1}


async def test_cancelled_check_leaves_no_child() -> None:
    program = "import time; time.sleep(600)"
    others = _children()  # servers of the run
    check = asyncio.create_task(check_file(BANK, "", command=python(program)))
    children = await _children_until(1, others)
    check.cancel()
    with pytest.raises(asyncio.CancelledError):
        await check
    assert len(children) == 1
    assert await _children_until(0, others) == set()


async def test_no_place_within_the_time_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PLACE_SECONDS", 0.2)
    others = _children()
    slow = [
        asyncio.create_task(check_file(BANK, "", command=python("import time; time.sleep(600)")))
        for _ in range(CHECKS_AT_ONCE)
    ]
    await _children_until(CHECKS_AT_ONCE, others)
    with pytest.raises(ChecksBusy):
        await check_file(BANK, "")
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert counts(await check_file(BANK, "")) == {}


async def test_loop_goes_on_during_a_check() -> None:
    text = b"question,type\n" + b"".join(b"Question %d?,essay\n" % number for number in range(9_000))
    check = asyncio.create_task(check_file(text, ""))
    turns = 0
    while not check.done():
        await asyncio.sleep(0)
        turns += 1
    assert counts(await check) == {"too-many-questions": 1}
    assert turns > ENOUGH_TURNS


async def test_report_holds_what_the_wire_can_carry() -> None:
    data = "question,type\n\ud800,essay\n".encode("utf-16-le", "surrogatepass")
    report = await check_file(b"\xff\xfe" + data, "")
    assert counts(report) == {"encoding-unknown": 1}
    assert json.dumps([one.seen for one in report.outcome.problems])


async def _children_until(count: int, others: set[int]) -> set[int]:
    """Wait, bounded, until this process has so many more children in their own session."""
    deadline = time.monotonic() + LONG_SECONDS
    children = _children() - others
    while len(children) != count and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        children = _children() - others
    return children


def _children() -> set[int]:
    """Of every thread; a thread or a child may end while they are looked through."""
    found = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found |= {int(one) for one in path.read_text().split() if _leads_a_session(int(one))}
    return found


def _leads_a_session(child: int) -> bool:
    try:
        return os.getsid(child) == child
    except ProcessLookupError:
        return False
