"""A sheet's rows as a list of questions, under the rules that hold across rows."""

import msgspec

from assessment.imports.cells import Sheet
from assessment.imports.headers import Header
from assessment.imports.limits import MAX_ACCEPTED_BYTES, MAX_ERROR_ROWS_BYTES
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import ErrorRow, ProblemList, sendable
from assessment.imports.row_cells import RowCells
from assessment.imports.rows import read_question
from assessment.imports.rules import taken_bytes
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.limits import MAX_QUESTIONS


class Bank:
    """Collects the questions of one sheet; `external_id` is unique in it, and there are at most 500."""

    def __init__(self, header: Header, problems: ProblemList) -> None:
        self.questions: list[QuestionDraft] = []
        self.error_rows: list[ErrorRow] = []
        self.error_row_count = 0
        self.rows = 0
        self._header = header
        self._problems = problems
        self._external_ids: set[str] = set()
        self._accepted_bytes = 0
        self._kept_bytes = 0

    def read(self, sheet: Sheet) -> None:
        """Read every row below the header, up to the first question too many."""
        for row in sheet.rows:
            if not self._header.is_question(row):
                continue
            self.rows += 1
            cells = RowCells(row, self._header, self._problems)
            question = read_question(cells, decimal_comma=sheet.decimal_comma)
            goes_on = question is None or self._take(question, cells)
            if cells.faults:
                self._keep(cells)
            if not goes_on:
                break
        if not self.rows:
            self._problems.add(Code.NO_QUESTIONS, row=self._header.row)

    def titles(self) -> tuple[str, ...]:
        """Give the header row from column A on."""
        last = max(self._header.titles)
        return tuple(sendable(self._header.titles.get(column, "")) for column in range(1, last + 1))

    def _take(self, question: QuestionDraft, cells: RowCells) -> bool:
        """Accept a question, or note what about the list forbids it; False where the list is full."""
        if question.external_id is not None and question.external_id in self._external_ids:
            cells.refuse(Code.EXTERNAL_ID_TWICE, "external_id", question.external_id)
            return True
        if len(self.questions) == MAX_QUESTIONS:
            cells.refuse(Code.TOO_MANY_QUESTIONS, "question", question.prompt)
            return False
        taken = taken_bytes(question, cells)
        if taken is None:
            return True
        self._accepted_bytes += taken
        if self._accepted_bytes > MAX_ACCEPTED_BYTES:
            raise FileRefused(Code.CONTENT_TOO_LARGE, row=cells.row.number)
        self.questions.append(question)
        if question.external_id is not None:
            self._external_ids.add(question.external_id)
        return True

    def _keep(self, cells: RowCells) -> None:
        """Keep a row for correction, as far as there is room."""
        self.error_row_count += 1
        values = {column: sendable(cell.text) for column, cell in cells.row.cells.items()}
        last = max(values)
        texts = tuple(values.get(column, "") for column in range(1, last + 1))
        row = ErrorRow(cells.row.number, texts, sendable(" ".join(cells.faults)))
        size = len(msgspec.json.encode(row))
        if self._kept_bytes + size <= MAX_ERROR_ROWS_BYTES:
            self._kept_bytes += size
            self.error_rows.append(row)
