"""`assessment import check`: the dry run on the command line, one line a file, over any number of files."""

import asyncio
import io
import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from assessment.imports.checking import check_file
from assessment.imports.report import Outcome
from contracts.assessment.imports import Detected, ImportProblem
from contracts.assessment.limits import MAX_UPLOAD_BYTES

GOOD: Final = 0
HAS_ERRORS: Final = 1


class FileVerdict(msgspec.Struct, frozen=True):
    """The line that `--json` prints. unread: why the file could not be looked at; null where it could."""

    file: str
    ok: bool
    unread: str | None = None
    accepted: int = 0
    errors: int = 0
    detected: Detected | None = None
    problems: tuple[ImportProblem, ...] = ()
    problem_counts: dict[str, int] = msgspec.field(default_factory=dict)


def run_check(paths: Sequence[str], *, as_json: bool = False) -> int:
    """Check files one after the other and print a line for each; 1 if any has an error or can't be read, else 0."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name or a cell may hold what a terminal can't show
    return asyncio.run(_check_all(paths, _json_line if as_json else _line))


async def _check_all(paths: Sequence[str], line: Callable[[FileVerdict], str]) -> int:
    code = GOOD
    for path in paths:
        verdict = await _check_one(path)
        code = code if verdict.ok else HAS_ERRORS
        sys.stdout.write(line(verdict) + "\n")
        sys.stdout.flush()
    return code


async def _check_one(path: str) -> FileVerdict:
    shown = _printable(path)
    try:
        data = await asyncio.to_thread(_start_of, path)
        outcome = (await check_file(data, path)).outcome
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        return FileVerdict(shown, ok=False, unread=reason)
    except Exception as fault:  # noqa: BLE001 (the other files are still to be checked)
        return FileVerdict(shown, ok=False, unread=f"the check failed: {type(fault).__name__}")
    return _judged(shown, outcome)


def _judged(shown: str, outcome: Outcome) -> FileVerdict:
    return FileVerdict(
        shown,
        ok=not outcome.errors,
        accepted=len(outcome.questions),
        errors=outcome.errors,
        detected=outcome.detected,
        problems=outcome.problems,
        problem_counts=outcome.problem_counts,
    )


def _start_of(path: str) -> bytes:
    """Read as much as can be judged; a file beyond the limit is refused by its length, and a pipe is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor, opened so that nothing can block)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise ValueError("it is a folder")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no file")
        return file.read(MAX_UPLOAD_BYTES + 1)


def _json_line(verdict: FileVerdict) -> str:
    return msgspec.json.encode(verdict).decode()


def _line(verdict: FileVerdict) -> str:
    return f"{verdict.file}: {_told_verdict(verdict)}"


def _told_verdict(verdict: FileVerdict) -> str:
    if verdict.unread is not None:
        return f"cannot be read: {_printable(verdict.unread)}"
    counts = ", ".join(f"{code} {count}" for code, count in sorted(verdict.problem_counts.items()))
    first = next((problem for problem in verdict.problems if problem.severity == "error"), None)
    word = "ok" if verdict.ok else "has errors"
    told = f"; first: {_told(first)}" if first is not None else ""
    return f"{word}, {verdict.accepted} questions" + (f" [{counts}]" if counts else "") + told


def _told(problem: ImportProblem) -> str:
    place = f"{problem.column or ''}{problem.row or ''}"
    seen = f" ({_printable(problem.seen)})" if problem.seen else ""
    return f"{place}: {problem.message}{seen}" if place else f"{problem.message}{seen}"


def _printable(text: str) -> str:
    """Keep one line one line, and a terminal in its state."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
