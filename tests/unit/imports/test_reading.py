"""Our own layout, whole: the same rows from a workbook and from delimited text give the same questions."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from assessment.imports.pipeline import read_file
from assessment.imports.report import Outcome
from contracts.assessment.assessments import NumericKey, OptionDraft, QuestionDraft
from tests.kit.workbooks import (
    GOOD,
    HEADER,
    Rows,
    comma_separated,
    packed,
    raw_parts,
    raw_sheet,
    raw_workbook,
    shared_strings,
    text_cell,
    xlsx,
)

SHOWN: Rows = (
    ("question", "type", "option_1", "option_2", "option_3", "correct", "Pool", "keep last", "Keep-Place"),
    ("Which?", "single", "a", "b", "None of these", "A", " Bends ", "C", "yes"),
    ("Why?", "essay", "", "", "", "", "Bends", "", "no"),
    ("Which again?", "multiple", "a", "b", "c", "1", "", "option_2|c", ""),
)
BANK: Rows = (
    HEADER,
    GOOD,
    ("Пример: which of\nthese, «two»?", "Multiple", "x, y", 'he said "z"', "w 👩‍💻", "1|3", 2.5, "", "q-2"),
    ("e\u0301 = é?", "True/False", "", "", "", "yes", "", "", ""),
    ("日本の首都", "TEXT", "", "", "", "東京|Tōkyō", 0, "", ""),
    ("How much?", "numeric", "", "", "", "-1.5 +/- 0.25", "", "", "q-5"),
    ("אמור משהו", "essay", "", "", "", "", 1000, "long", ""),
)
EXPECTED = (
    QuestionDraft(
        kind="single",
        prompt="Which?",
        options=(OptionDraft(text="a"), OptionDraft(text="b"), OptionDraft(text="c")),
        correct=2,
        points=Decimal(1),
        explanation="because",
        external_id="q-1",
    ),
    QuestionDraft(
        kind="multiple",
        prompt="Пример: which of\nthese, «two»?",
        options=(OptionDraft(text="x, y"), OptionDraft(text='he said "z"'), OptionDraft(text="w 👩‍💻")),
        correct=(1, 3),
        points=Decimal("2.5"),
        external_id="q-2",
    ),
    QuestionDraft(kind="true_false", prompt="e\u0301 = é?", correct=True),
    QuestionDraft(kind="text", prompt="日本の首都", correct=("東京", "Tōkyō"), points=Decimal(0)),
    QuestionDraft(
        kind="numeric",
        prompt="How much?",
        correct=NumericKey(value=Decimal("-1.5"), tolerance=Decimal("0.25")),
        external_id="q-5",
    ),
    QuestionDraft(kind="essay", prompt="אמור משהו", points=Decimal(1000), explanation="long"),
)


def clean_questions(outcome: Outcome) -> tuple[QuestionDraft, ...]:
    assert outcome.problems == ()
    assert outcome.errors == 0
    return outcome.questions


@pytest.mark.parametrize(
    "data",
    [
        xlsx(BANK),
        comma_separated(BANK),
        comma_separated(BANK, ";"),
        comma_separated(BANK, "\t"),
        comma_separated(BANK, "|"),
        comma_separated(BANK).decode().encode("utf-8-sig"),
        comma_separated(BANK).decode().encode("utf-16"),
        b"\xfe\xff" + comma_separated(BANK).decode().encode("utf-16-be"),
        comma_separated(BANK).decode().encode("utf-32"),
        b"sep=;\r\n" + comma_separated(BANK, ";"),
        comma_separated(BANK).replace(b"\r\n", b"\r"),
    ],
    ids=["xlsx", "comma", "semicolon", "tab", "bar", "mark", "utf-16-le", "utf-16-be", "utf-32", "sep", "lone-cr"],
)
def test_every_form_gives_the_same_questions(data: bytes) -> None:
    assert clean_questions(read_file(data)) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_seen(encoding: str) -> None:
    outcome = read_file("question,type\nnaïve?,essay\n".encode(encoding))
    assert clean_questions(outcome) == (QuestionDraft(kind="essay", prompt="naïve?"),)
    assert outcome.detected.encoding == encoding


def test_headers_stand_in_any_order_case_and_spacing() -> None:
    rows = [[], ["A bank of mine"], [], ["Option 2", "CORRECT", "Option-1", " Type ", "question"]]
    outcome = read_file(xlsx([*rows, ["b", "option 2", "a", "Single", "Which?"]]))
    assert clean_questions(outcome) == (
        QuestionDraft(
            kind="single", prompt="Which?", options=(OptionDraft(text="a"), OptionDraft(text="b")), correct=2
        ),
    )
    assert (outcome.detected.header_row, outcome.detected.rows, outcome.detected.sheet) == (4, 1, "Sheet")


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    text = b'question,type\r\n\r\n"two\r\nlines",essay\r\n,\r\nbad,nothing\r\n'
    outcome = read_file(text)
    assert [question.prompt for question in outcome.questions] == ["two\nlines"]
    assert [(one.row, one.column, one.header, one.code) for one in outcome.problems] == [
        (5, "B", "type", "type-unknown")
    ]


def test_a_row_names_all_its_errors_and_the_others_are_accepted() -> None:
    outcome = read_file(xlsx([HEADER, GOOD, ("", "single", "a", "a", "", "", "x", "", ""), ("Last?", "essay")]))
    assert [question.prompt for question in outcome.questions] == ["Which?", "Last?"]
    assert {(one.column, one.code) for one in outcome.problems} == {
        ("A", "question-missing"),
        ("D", "option-twice"),
        ("G", "points-not-a-number"),
    }
    assert outcome.problem_counts == {"question-missing": 1, "option-twice": 1, "points-not-a-number": 1}


def test_numbers_in_answer_cells_become_the_text_that_is_shown() -> None:
    outcome = read_file(xlsx([HEADER, ("In which year?", "single", 2006, 9.5, True, 1, "", "", 12)]))
    (question,) = clean_questions(outcome)
    assert [option.text for option in question.options] == ["2006", "9.5", "TRUE"]
    assert question.external_id == "12"


def test_formula_with_a_stored_value_is_its_value() -> None:
    header = text_cell("A1", "question") + text_cell("B1", "type") + text_cell("C1", "correct")
    row = text_cell("A2", "Sum?") + text_cell("B2", "numeric") + '<c r="C2"><f>1+1</f><v>2</v></c>'
    (question,) = clean_questions(read_file(raw_workbook(f'<row r="1">{header}</row><row r="2">{row}</row>')))
    assert question.correct == NumericKey(value=Decimal(2))


def test_formula_with_an_empty_text_is_blank() -> None:
    header = text_cell("A1", "question") + text_cell("B1", "type") + text_cell("C1", "correct")
    row = text_cell("A2", "Why?") + text_cell("B2", "essay") + '<c r="C2" t="str"><f>""</f><v></v></c>'
    (question,) = clean_questions(read_file(raw_workbook(f'<row r="1">{header}</row><row r="2">{row}</row>')))
    assert question.correct is None


def test_cells_without_references_stand_side_by_side() -> None:
    def cells(*texts: str) -> str:
        return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)

    data = raw_workbook(f"<row>{cells('question', 'type')}</row><row>{cells('Why?', 'essay')}</row>")
    assert clean_questions(read_file(data)) == (QuestionDraft(kind="essay", prompt="Why?"),)


def test_shared_strings_are_read() -> None:
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{first}</v></c><c r="B{row}" t="s"><v>{first + 1}</v></c></row>'
        for row, first in ((1, 0), (2, 2))
    )
    texts = shared_strings(["question", "type", "Why 🤔?", "essay"]).encode()
    outcome = read_file(packed(raw_parts([raw_sheet(cells)]) | {"xl/sharedStrings.xml": texts}))
    assert clean_questions(outcome) == (QuestionDraft(kind="essay", prompt="Why 🤔?"),)


def test_questions_in_a_hidden_first_sheet_are_not_read() -> None:
    filled = raw_sheet(f"<row>{text_cell('A1', 'question')}{text_cell('B1', 'type')}</row>")
    other = raw_sheet(f"<row>{text_cell('A1', 'Read me')}</row>")
    outcome = read_file(packed(raw_parts([filled, other], {1: "veryHidden"})))
    assert outcome.questions == ()
    assert outcome.problem_counts == {"hidden-sheet-not-read": 1, "unknown-layout": 1}
    assert outcome.problems[1].seen == "Read me"


def test_guessed_encoding_shows_three_cells_and_refuses_nothing() -> None:
    outcome = read_file("question,type\nä,essay\nö,essay\nü,essay\nß,essay".encode("cp1252"))
    assert [question.prompt for question in outcome.questions] == ["ä", "ö", "ü", "ß"]
    assert [(one.seen, one.row, one.severity) for one in outcome.problems] == [
        ("ä", 2, "warning"),
        ("ö", 3, "warning"),
        ("ü", 4, "warning"),
    ]
    assert outcome.detected.encoding == "cp1252"


def test_merged_title_above_the_header_is_no_problem() -> None:
    cells = (
        f"<row>{text_cell('A1', 'My bank')}</row>"
        f'<row r="2">{text_cell("A2", "question")}{text_cell("B2", "type")}</row>'
        f'<row r="3">{text_cell("A3", "Why?")}{text_cell("B3", "essay")}</row>'
    )
    sheet = raw_sheet(cells).replace("</worksheet>", '<mergeCells><mergeCell ref="A1:XFD1"/></mergeCells></worksheet>')
    assert len(clean_questions(read_file(packed(raw_parts([sheet]))))) == 1


def test_prefixed_markup_is_read_and_limited_like_any_other() -> None:
    def prefixed(cells: str) -> bytes:
        sheet = raw_sheet(cells).replace("xmlns=", "xmlns:x=")
        for name in ("worksheet", "sheetData", "row", "c", "is", "t", "v"):
            sheet = sheet.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
            sheet = sheet.replace(f"</{name}>", f"</x:{name}>")
        return packed(raw_parts([sheet]))

    good = f"<row>{text_cell('A1', 'question')}{text_cell('B1', 'type')}</row>"
    good += f"<row>{text_cell('A2', 'Why?')}{text_cell('B2', 'essay')}</row>"
    assert clean_questions(read_file(prefixed(good))) == (QuestionDraft(kind="essay", prompt="Why?"),)
    far = read_file(prefixed(f"<row>{text_cell('ZZ200000', 'x')}</row>"))
    assert far.problem_counts == {"too-many-rows": 1}


@pytest.mark.parametrize("made", [comma_separated, xlsx])
def test_how_a_question_is_drawn_and_shown(made: Callable[[Rows], bytes]) -> None:
    single, essay, multiple = clean_questions(read_file(made(SHOWN)))
    assert [(one.pool, one.keep_place) for one in (single, essay, multiple)] == [
        ("Bends", True),
        ("Bends", False),
        (None, False),
    ]
    assert [option.keep_last for option in single.options] == [False, False, True]
    assert [option.keep_last for option in multiple.options] == [False, True, True]
