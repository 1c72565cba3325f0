"""Question banks from files: a dry run with its report, then a commit that names the report it saw."""

from typing import Literal

from msgspec import field

from contracts.envelope import Digest
from contracts.problems import Problem
from contracts.wire import Message, Request


class ImportProblem(Message, frozen=True):
    """row and column as the spreadsheet shows them (row from 1, column letter); null where the whole file is meant."""

    row: int | None
    column: str | None
    header: str | None
    code: str
    message: str
    seen: str | None
    severity: Literal["error", "warning"] = "error"


class Detected(Message, frozen=True):
    """What the file was taken for."""

    format: Literal["csv", "xlsx", "unknown"]
    layout: str | None
    sheet: str | None
    header_row: int | None
    encoding: str | None
    delimiter: str | None
    rows: int


class ImportReport(Message, frozen=True):
    """accepted: questions that a commit would put into the draft; problems: the first 200; counts: of all, by code.

    error_rows: how many rows were not accepted; they can be downloaded for correction.
    """

    id: str
    digest: str
    detected: Detected
    accepted: int
    problems: tuple[ImportProblem, ...]
    problem_counts: dict[str, int]
    error_rows: int = 0


class ImportRefusal(Problem, frozen=True, omit_defaults=True, kw_only=True):
    """A file in which no question bank was found; `code` names the first reason, as in a report's problems."""

    code: str = ""
    detected: Detected | None = None
    problems: tuple[ImportProblem, ...] = ()
    problem_counts: dict[str, int] = field(default_factory=dict)


class CommitImport(Request, frozen=True):
    """mode `all` refuses a file with any error; `valid_rows` takes the questions that had none."""

    digest: Digest
    mode: Literal["all", "valid_rows"] = "all"


class ImportCommitted(Message, frozen=True):
    assessment_id: str
    questions: int
    digest: str
