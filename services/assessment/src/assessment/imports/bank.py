"""A sheet's rows as a list of questions, under the rules that hold across rows."""

from assessment.imports.cells import Sheet
from assessment.imports.layout import Header
from assessment.imports.limits import MAX_ACCEPTED_BYTES
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import ProblemList
from assessment.imports.row_cells import RowCells
from assessment.imports.rows import is_blank, read_question
from assessment.imports.rules import taken_bytes
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.limits import MAX_QUESTIONS


class Bank:
    """Collects the questions of one sheet; `external_id` is unique in it, and there are at most 500."""

    def __init__(self, header: Header, problems: ProblemList) -> None:
        self.questions: list[QuestionDraft] = []
        self.rows = 0
        self._header = header
        self._problems = problems
        self._external_ids: set[str] = set()
        self._accepted_bytes = 0

    def read(self, sheet: Sheet) -> None:
        """Read every row below the header, up to the first question too many."""
        for row in sheet.rows:
            if row.number <= self._header.row or is_blank(row):
                continue
            self.rows += 1
            cells = RowCells(row, self._header, self._problems)
            question = read_question(cells, decimal_comma=sheet.decimal_comma)
            if question is not None and not self._take(question, cells):
                return
        if not self.rows:
            self._problems.add(Code.NO_QUESTIONS, row=self._header.row)

    def _take(self, question: QuestionDraft, cells: RowCells) -> bool:
        """Accept a question; False where the list is full."""
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
