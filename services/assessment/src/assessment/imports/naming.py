"""Whether a file's name promises what the file is: only ever a remark, since the content decides."""

from pathlib import PurePath
from typing import Final

from msgspec.structs import replace

from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import Outcome, ProblemList, refused

LOCK_STARTS: Final = ("~$", ".~lock.")
PROMISED: Final = {".xlsx": "xlsx", ".xltx": "xlsx", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}


def with_name_checked(outcome: Outcome, file_name: str) -> Outcome:
    """Put a remark before the other problems when the name's ending belongs to another format that was read.

    A file that can't be read and is named as a lock file is one, whichever program wrote it.
    """
    path = PurePath(file_name.replace("\\", "/"))
    ending = path.suffix.lower()
    if path.name.startswith(LOCK_STARTS) and outcome.detected.layout is None:
        return refused(FileRefused(Code.LOCK_FILE, path.name))
    if outcome.detected.format in ("unknown", PROMISED.get(ending)) or not ending:
        return outcome
    remark = ProblemList()
    remark.add(Code.EXTENSION_DISAGREES, ending)
    return replace(
        outcome,
        problems=(*remark.listed, *outcome.problems),
        problem_counts=remark.counts | outcome.problem_counts,
    )
