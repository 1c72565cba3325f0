"""What reading a file found: questions, problems by place, and counts of all of them by code."""

import msgspec

from assessment.imports.cells import column_letters
from assessment.imports.limits import MAX_PROBLEMS, MAX_SEEN_CHARACTERS
from assessment.imports.problems import Code, FileRefused
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.imports import Detected, ImportProblem, ImportReport

NOTHING_DETECTED = Detected(
    format="unknown", layout=None, sheet=None, header_row=None, encoding=None, delimiter=None, rows=0
)


class ErrorRow(msgspec.Struct, frozen=True, array_like=True):
    """A row as it stood, from column A on, and what is wrong with it in sentences."""

    row: int
    cells: tuple[str, ...]
    problem: str


class Outcome(msgspec.Struct, frozen=True):
    """What the child process hands back. errors: how many problems refuse something, listed or not.

    titles: the header row from column A on; error_rows: the first of those that were not accepted, `error_row_count`
    of all. Where no layout was detected, nothing of the file was read.
    """

    detected: Detected
    questions: tuple[QuestionDraft, ...]
    problems: tuple[ImportProblem, ...]
    problem_counts: dict[str, int]
    errors: int
    titles: tuple[str, ...] = ()
    error_rows: tuple[ErrorRow, ...] = ()
    error_row_count: int = 0


class Report(msgspec.Struct, frozen=True):
    """A dry run. digest: 64 hex digits over the contract's version and the bytes; questions: those without an error."""

    digest: str
    outcome: Outcome

    def as_answer(self, import_id: str) -> ImportReport:
        """Give the report in its shape on the wire, without the questions."""
        return ImportReport(
            id=import_id,
            digest=self.digest,
            detected=self.outcome.detected,
            accepted=len(self.outcome.questions),
            problems=self.outcome.problems,
            problem_counts=self.outcome.problem_counts,
            error_rows=self.outcome.error_row_count,
        )

    @property
    def is_refused(self) -> bool:
        """Tell whether no question bank was found at all."""
        return self.outcome.detected.layout is None


class ProblemList:
    """Gathers problems: the first 200 whole, all of them as counts."""

    def __init__(self) -> None:
        self.listed: list[ImportProblem] = []
        self.counts: dict[str, int] = {}
        self.errors = 0

    def add(
        self,
        code: Code,
        seen: str | None = None,
        *,
        row: int | None = None,
        column: int | None = None,
        header: str | None = None,
    ) -> None:
        """Note a problem at a place; row and column count from 1."""
        self.counts[code.slug] = self.counts.get(code.slug, 0) + 1
        self.errors += code.severity == "error"
        if len(self.listed) < MAX_PROBLEMS:
            self.listed.append(_problem(code, seen, row, column, header))

    def outcome(self, detected: Detected, questions: tuple[QuestionDraft, ...] = ()) -> Outcome:
        return Outcome(detected, questions, tuple(self.listed), self.counts, self.errors)


def refused(refusal: FileRefused, detected: Detected = NOTHING_DETECTED) -> Outcome:
    """Make the outcome of a file of which nothing was read."""
    problems = ProblemList()
    problems.add(refusal.code, refusal.seen, row=refusal.row, column=refusal.column)
    return problems.outcome(detected)


def _problem(code: Code, seen: str | None, row: int | None, column: int | None, header: str | None) -> ImportProblem:
    return ImportProblem(
        row=row,
        column=column_letters(column) if column else None,
        header=shown(header),
        code=code.slug,
        message=code.sentence,
        seen=shown(seen),
        severity=code.severity,
    )


def shown(text: str | None) -> str | None:
    """Cut what an author may see again."""
    return None if text is None else sendable(text[:MAX_SEEN_CHARACTERS])


def sendable(text: str) -> str:
    """Replace halves of surrogate pairs, which can't be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")
