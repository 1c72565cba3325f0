"""Every named limit of a file at one below, at it, and one above."""

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest

from assessment.domain.content import recorded_bytes
from assessment.domain.questions import content_of
from assessment.imports import limits
from assessment.imports.archive import open_archive
from assessment.imports.delimited import records
from assessment.imports.pipeline import read_file
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import Outcome, ProblemList
from contracts.assessment import limits as question_limits
from contracts.assessment.assessments import QuestionDraft
from tests.kit.workbooks import (
    comma_separated,
    packed,
    raw_parts,
    raw_sheet,
    raw_workbook,
    shared_strings,
    text_cell,
    with_parts,
)

NOISE = random.Random(1).randbytes(40_000)
"""Bytes that don't compress, to keep an archive's ratio out of a test."""
AROUND = pytest.mark.parametrize("over", [-1, 0, 1])


def codes(outcome: Outcome) -> set[str]:
    return set(outcome.problem_counts)


def bank(**cells: object) -> bytes:
    """One row of our layout in CSV."""
    row = {"question": "a", "type": "essay"} | cells
    return comma_separated([list(row), list(row.values())])


def letters(column: int) -> str:
    return {255: "IU", 256: "IV", 257: "IW"}[column]


@AROUND
def test_rows_of_a_workbook(over: int) -> None:
    row = limits.MAX_ROWS + over
    outcome = read_file(raw_workbook(f'<row r="{row}">{text_cell(f"A{row}", "x")}</row>'))
    assert codes(outcome) == {"too-many-rows" if over > 0 else "unknown-layout"}


@AROUND
def test_rows_of_text(over: int) -> None:
    text = b"question,type\na,essay\n" + b"\n" * (limits.MAX_ROWS + over - 3) + b"last,essay\n\n\n\n"
    assert codes(read_file(text)) == ({"too-many-rows"} if over > 0 else set())


@AROUND
def test_columns_of_a_workbook(over: int) -> None:
    column = letters(limits.MAX_COLUMNS + over)
    outcome = read_file(raw_workbook(f'<row r="1">{text_cell(f"{column}1", "x")}</row>'))
    assert codes(outcome) == {"too-many-columns" if over > 0 else "unknown-layout"}


@AROUND
def test_columns_of_text(over: int) -> None:
    text = b"," * (limits.MAX_COLUMNS + over - 1) + b"x,,,,,\n"
    assert codes(read_file(text)) == {"too-many-columns" if over > 0 else "unknown-layout"}


@AROUND
def test_fields_of_a_record(over: int) -> None:
    text = "," * (limits.MAX_FIELDS_IN_A_RECORD + over)
    if over > 0:
        with pytest.raises(FileRefused) as refusal:
            list(records(text, ","))
        assert refusal.value.code is Code.TOO_MANY_COLUMNS
    else:
        _, record = next(records(text, ","))
        assert len(record) == limits.MAX_FIELDS_IN_A_RECORD + over + 1


@AROUND
@pytest.mark.parametrize("line", ["\n", " \n"], ids=["empty", "blank"])
def test_records(line: str, over: int) -> None:
    text = ("question,type\n" + line * (limits.MAX_RECORDS + over - 1)).encode()
    assert codes(read_file(text)) == {"too-many-rows" if over > 0 else "no-questions"}


@AROUND
def test_cells_of_all_sheets(over: int) -> None:
    header = f"<row>{text_cell('A1', 'x')}</row>"
    blank = raw_sheet("<row>" + "<c/>" * (limits.MAX_CELLS + over - 1) + "</row>")
    data = packed(raw_parts([raw_sheet(header), blank], {2: "hidden"}) | {"xl/media/noise.bin": NOISE})
    assert ("too-many-cells" in codes(read_file(data))) == (over > 0)


@AROUND
def test_merged_cells(over: int) -> None:
    rows = limits.MAX_MERGED_CELLS // 200
    cells = f"<row>{text_cell('A1', 'question')}{text_cell('B1', 'type')}</row>"
    last = f'<row r="{rows}">{text_cell(f"GR{rows}", "x")}</row>'
    spare = {-1: f"A1:GR{rows - 1}", 0: f"A1:GR{rows}", 1: f"A1:GR{rows}"}[over]
    more = {-1: f"A{rows}:GQ{rows}", 0: "", 1: "A1:A1"}[over]
    ranges = "".join(f'<mergeCell ref="{one}"/>' for one in (spare, more) if one)
    sheet = raw_sheet(cells + last).replace("</worksheet>", f"<mergeCells>{ranges}</mergeCells></worksheet>")
    assert (codes(read_file(packed(raw_parts([sheet])))) == {"merged-cells"}) == (over > 0)


@AROUND
@pytest.mark.parametrize("form", ["inline", "shared", "csv"])
def test_characters_of_a_cell(form: str, over: int) -> None:
    text = "🚀" * (limits.MAX_CELL_CHARACTERS + over)
    if form == "csv":
        data = text.encode()
    elif form == "inline":
        data = raw_workbook(f"<row>{text_cell('A1', text)}</row>")
    else:
        cells = raw_sheet('<row><c r="A1" t="s"><v>0</v></c></row>')
        data = packed(raw_parts([cells]) | {"xl/sharedStrings.xml": shared_strings([text]).encode()})
    outcome = read_file(data if form == "csv" else with_parts(data, {"xl/media/noise.bin": NOISE}))
    assert "cell-too-long" in codes(outcome) if over > 0 else "unknown-layout" in codes(outcome)


@AROUND
def test_parts_of_an_archive(over: int) -> None:
    data = packed({f"{number}.txt": b"" for number in range(limits.MAX_ARCHIVE_ENTRIES + over)})
    expected = Code.TOO_MANY_PARTS if over > 0 else Code.NOT_A_SPREADSHEET
    assert codes(read_file(data)) == {expected.slug}


@AROUND
def test_inflated_bytes(over: int) -> None:
    parts = raw_parts([raw_sheet(f"<row>{text_cell('A1', 'x')}</row>")])
    noise = random.Random(1)
    size = limits.MAX_INFLATED_BYTES + over - sum(map(len, parts.values()))
    padding = b"".join(noise.randbytes(64) + bytes(960) for _ in range(size // 1024 + 1))[:size]
    outcome = read_file(packed(parts | {"xl/media/padding.bin": padding}))
    assert ("inflates-too-far" in codes(outcome)) == (over > 0)


@AROUND
def test_inflation_ratio(over: int) -> None:
    """The archive's comment brings its length to exactly a hundredth of what it unpacks to."""
    content = {"a.bin": bytes(1_000_000)}
    plain = len(packed(content))
    comment = b"." * (10_000 - over - plain)
    data = packed(content, comment=comment)
    assert len(data) == 1_000_000 // limits.MAX_INFLATION_RATIO - over
    if over > 0:
        with pytest.raises(FileRefused) as refusal:
            open_archive(data)
        assert refusal.value.code is Code.INFLATES_TOO_FAR
    else:
        assert open_archive(data).entries


@AROUND
def test_shared_characters(over: int) -> None:
    length = 16_384
    count = limits.MAX_SHARED_CHARACTERS // length
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, count))
    last = f'<row r="{count}"><c r="A{count}" t="s"><v>1</v></c></row>'
    texts = shared_strings(["x" * length, "x" * (length + over)]).encode()
    outcome = read_file(packed(raw_parts([raw_sheet(cells + last)]) | {"xl/sharedStrings.xml": texts}))
    assert codes(outcome) == {"too-much-text" if over > 0 else "unknown-layout"}


@AROUND
def test_accepted_bytes(over: int) -> None:
    def taken(prompt: str) -> int:
        asked, keys = content_of([QuestionDraft(kind="essay", prompt=prompt)], ["0" * 36], [[]])
        return recorded_bytes(asked[0], keys[0])

    count, rest = divmod(limits.MAX_ACCEPTED_BYTES, taken("x" * 9_000))
    assert rest > taken("x"), "the last question takes the rest"
    last = "x" * (1 + rest - taken("x") + over)
    outcome = read_file(comma_separated([["question", "type"], *[("x" * 9_000, "essay")] * count, (last, "essay")]))
    assert codes(outcome) == ({"content-too-large"} if over > 0 else set())


@AROUND
def test_header_search(over: int) -> None:
    row = limits.HEADER_SEARCH_ROWS + over
    outcome = read_file(b"\n" * (row - 1) + b"question,type\na,essay\n")
    assert codes(outcome) == ({"unknown-layout"} if over > 0 else set())


@AROUND
def test_listed_problems(over: int) -> None:
    problems = ProblemList()
    for row in range(limits.MAX_PROBLEMS + over):
        problems.add(Code.TYPE_MISSING, row=row + 1)
    assert len(problems.listed) == min(limits.MAX_PROBLEMS, limits.MAX_PROBLEMS + over)
    assert problems.counts == {"type-missing": limits.MAX_PROBLEMS + over}
    assert problems.errors == limits.MAX_PROBLEMS + over


@AROUND
def test_seen_characters(over: int) -> None:
    problems = ProblemList()
    problems.add(Code.TYPE_UNKNOWN, "🚀" * (limits.MAX_SEEN_CHARACTERS + over))
    seen = problems.listed[0].seen
    assert seen is not None
    assert len(seen) == min(limits.MAX_SEEN_CHARACTERS, limits.MAX_SEEN_CHARACTERS + over)


@AROUND
def test_questions(over: int) -> None:
    count = question_limits.MAX_QUESTIONS + over
    outcome = read_file(comma_separated([["question", "type"], *[("a", "essay")] * count]))
    assert len(outcome.questions) == min(count, question_limits.MAX_QUESTIONS)
    assert codes(outcome) == ({"too-many-questions"} if over > 0 else set())


@AROUND
@pytest.mark.parametrize(
    ("column", "limit", "others"),
    [
        ("question", question_limits.MAX_PROMPT_CHARACTERS, {}),
        ("explanation", question_limits.MAX_EXPLANATION_CHARACTERS, {}),
        ("external_id", question_limits.MAX_EXTERNAL_ID_CHARACTERS, {}),
        ("option_1", question_limits.MAX_OPTION_CHARACTERS, {"type": "single", "option_2": "y", "correct": "2"}),
        ("correct", question_limits.MAX_ACCEPTED_CHARACTERS, {"type": "text"}),
    ],
)
def test_characters_of_a_column(column: str, limit: int, others: dict[str, str], over: int) -> None:
    outcome = read_file(bank(**others | {column: "🚀" * (limit + over)}))
    assert codes(outcome) == ({"text-too-long"} if over > 0 else set())


@AROUND
def test_accepted_texts(over: int) -> None:
    count = question_limits.MAX_ACCEPTED_TEXTS + over
    outcome = read_file(bank(type="text", correct="|".join(map(str, range(count)))))
    assert codes(outcome) == ({"too-many-accepted-texts"} if over > 0 else set())


@pytest.mark.parametrize("count", [question_limits.MIN_OPTIONS - 1, question_limits.MIN_OPTIONS])
def test_fewest_options(count: int) -> None:
    outcome = read_file(bank(type="single", correct="1", **{f"option_{one}": one for one in range(1, count + 1)}))
    assert codes(outcome) == ({"options-too-few"} if count < question_limits.MIN_OPTIONS else set())


@AROUND
def test_most_options(over: int) -> None:
    count = question_limits.MAX_OPTIONS + over
    outcome = read_file(bank(type="single", correct="A", **{f"option_{one}": f"o{one}" for one in range(1, count + 1)}))
    assert codes(outcome) == ({"unknown-column"} if over > 0 else set())


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("-0.001", {"points-out-of-range"}),
        ("0", set()),
        ("0.001", set()),
        ("0.0001", {"points-out-of-range"}),
        ("999.999", set()),
        ("1000", set()),
        ("1000.001", {"points-out-of-range"}),
    ],
)
def test_points(points: str, expected: set[str]) -> None:
    outcome = read_file(bank(points=points))
    assert codes(outcome) == expected
    assert [question.points for question in outcome.questions] == ([] if expected else [Decimal(points)])


@pytest.mark.parametrize(
    ("names", "unknown"), [(["option_10"], 0), (["option_11"], 1), (["option_0"], 1), (["option_010"], 1)]
)
def test_option_columns_are_ten(names: Sequence[str], unknown: int) -> None:
    outcome = read_file(comma_separated([["question", "type", *names], ["a", "essay"]]))
    assert outcome.problem_counts.get("unknown-column", 0) == unknown
