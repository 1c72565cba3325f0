"""`assessment import check`: the dry run on the command line, one line a file, over any number of files."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from assessment.imports.checking import check_file
from assessment.imports.report import Outcome
from contracts.assessment.imports import ImportProblem
from contracts.assessment.limits import MAX_UPLOAD_BYTES


def run_check(paths: Sequence[str]) -> int:
    """Check files one after the other and print a line for each; 1 if any has an error, else 0."""
    return asyncio.run(_check_all(paths))


async def _check_all(paths: Sequence[str]) -> int:
    failed = 0
    for path in paths:
        line, is_good = await _check_one(path)
        failed += not is_good
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


async def _check_one(path: str) -> tuple[str, bool]:
    shown = _printable(path)
    try:
        data = await asyncio.to_thread(_start_of, path)
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else str(fault)
        return f"{shown}: cannot be opened: {reason}", False
    outcome = (await check_file(data, path)).outcome
    return f"{shown}: {_verdict(outcome)}", not outcome.errors


def _start_of(path: str) -> bytes:
    """Read as much as can be judged; a file beyond the limit is refused by its length."""
    with Path(path).open("rb") as file:
        return file.read(MAX_UPLOAD_BYTES + 1)


def _verdict(outcome: Outcome) -> str:
    counts = ", ".join(f"{code} {count}" for code, count in sorted(outcome.problem_counts.items()))
    first = next((problem for problem in outcome.problems if problem.severity == "error"), None)
    word = "has errors" if outcome.errors else "ok"
    told = f"; first: {_told(first)}" if first is not None else ""
    return f"{word}, {len(outcome.questions)} questions" + (f" [{counts}]" if counts else "") + told


def _told(problem: ImportProblem) -> str:
    place = f"{problem.column or ''}{problem.row or ''}"
    seen = f" ({_printable(problem.seen)})" if problem.seen else ""
    return f"{place}: {problem.message}{seen}" if place else f"{problem.message}{seen}"


def _printable(text: str) -> str:
    """Keep one line one line, and a terminal in its state."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
