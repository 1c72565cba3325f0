"""The domain's own rules over a question that was read, so that what a dry run accepts, a commit accepts."""

import re
from typing import Final

from assessment.domain.content import recorded_bytes
from assessment.domain.decision import Refused
from assessment.domain.questions import content_of
from assessment.imports.layouts import OPTION_COLUMNS
from assessment.imports.problems import Code
from assessment.imports.row_cells import RowCells
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.limits import MAX_OPTIONS

ANY_ID: Final = "00000000-0000-0000-0000-000000000000"
OPTION_IDS: Final = tuple(f"00000000-0000-0000-0000-{number:012}" for number in range(1, MAX_OPTIONS + 1))
PLACE: Final = re.compile(r"\$\.questions\[0\]\.(?P<field>[a-z_]+)(?:\[(?P<number>\d+)\])?")
COLUMN_OF_FIELD: Final = {"prompt": "question", "kind": "type", "scoring": "type", "weights": "correct"}


def taken_bytes(question: QuestionDraft, cells: RowCells) -> int | None:
    """What the question takes when it is recorded; None where a rule refuses it, which is noted at its column."""
    try:
        (asked,), (key,) = content_of([question], [ANY_ID], [OPTION_IDS])
    except Refused as refused:
        cells.refuse(Code.QUESTION_REFUSED, _column(refused.refusal.at), refused.refusal.seen)
        return None
    return recorded_bytes(asked, key)


def _column(at: str) -> str:
    place = PLACE.match(at)
    assert place is not None, f"a question is refused at a place in it: {at}"
    field, number = place.group("field", "number")
    if field == "options" and number is not None:
        return OPTION_COLUMNS[int(number)]
    return COLUMN_OF_FIELD.get(field, field)
