"""The layouts of other programs: recognized by their headers, read as those programs mean them."""

from decimal import Decimal
from typing import Any

import pytest

from assessment.imports.layouts import KAHOOT, LAYOUTS, MOODLE, STANDARD, WAYGROUND, layout_of
from assessment.imports.limits import HEADER_SEARCH_ROWS
from assessment.imports.pipeline import read_file
from assessment.imports.report import Outcome
from tests.kit.foreign_banks import (
    KAHOOT_HEADER,
    MOODLE_HEADER,
    MOODLE_MORE,
    OLD_KAHOOT_HEADER,
    WAYGROUND_HEADER,
    WAYGROUND_INSTRUCTIONS,
    kahoot_bank,
    moodle_bank,
    wayground_bank,
)
from tests.kit.workbooks import comma_separated, xlsx

Told = tuple[str, tuple[str, ...], Any]


def told(outcome: Outcome) -> list[Told]:
    return [(one.kind, tuple(option.text for option in one.options), one.correct) for one in outcome.questions]


def errors(outcome: Outcome) -> list[tuple[int | None, str | None, str]]:
    return [(one.row, one.column, one.code) for one in outcome.problems if one.severity == "error"]


@pytest.mark.parametrize("header", [KAHOOT_HEADER, OLD_KAHOOT_HEADER], ids=["now", "older"])
def test_kahoot(header: tuple[str, ...]) -> None:
    rows = [
        ("Capital of Norway?", "Oslo", "Bergen", "Tromsø", None, 20, 1.0),
        ("Which are prime?", 9.0, 2.0, 2006.0, 3.0, 30, "2,4"),
        ("In which year?", 1.0, 2.0, 3.0, 4.0, 30, "4"),
        ("True?", "True", "False", None, None, None, "2"),
    ]
    outcome = read_file(kahoot_bank(rows, header))
    assert told(outcome) == [
        ("single", ("Oslo", "Bergen", "Tromsø"), 1),
        ("multiple", ("9", "2", "2006", "3"), (2, 4)),
        ("single", ("1", "2", "3", "4"), 4),
        ("single", ("True", "False"), 2),
    ]
    assert (outcome.detected.layout, outcome.detected.header_row, outcome.detected.rows) == ("kahoot", 8, 4)
    assert outcome.errors == 0
    assert outcome.problem_counts == {"column-not-kept": 1}


def test_a_column_that_is_left_out_is_told_only_where_it_has_values() -> None:
    blank = read_file(wayground_bank([("Why?", None, "a", "b", None, None, None, 1)]))
    assert blank.problem_counts == {}
    image = read_file(wayground_bank([("Why?", None, "a", "b", None, None, None, 1, None, "x.png")]))
    assert [(one.column, one.row, one.severity) for one in image.problems] == [("J", 1, "warning")]


def test_kahoot_with_a_title_beside_and_a_ninth_column() -> None:
    import_of = kahoot_bank([("Why?", "a", "b", None, None, 20, 1, "x")], (*KAHOOT_HEADER, "Notes of ours"))
    outcome = read_file(import_of)
    assert told(outcome) == [("single", ("a", "b"), 1)]
    assert outcome.problem_counts == {"column-not-kept": 1, "column-not-read": 1}


def test_kahoot_numbers_are_options_even_where_an_option_is_that_number() -> None:
    """Kahoot's own contract leaves one reading; in our layout the same row has two, which is an error."""
    row = ("Which?", "2", "1", "x", None)
    assert told(read_file(kahoot_bank([(*row, 20, "1")]))) == [("single", ("2", "1", "x"), 1)]
    ours = comma_separated(
        [("question", "type", "option_1", "option_2", "option_3", "correct"), ("Which?", "single", "2", "1", "x", "1")]
    )
    assert errors(read_file(ours)) == [(2, "F", "correct-ambiguous")]


def test_kahoot_faults_are_named_at_their_places() -> None:
    rows = [
        ("None right?", "a", "b", None, None, 20, None),
        ("Too far?", "a", "b", None, None, 20, "3"),
        ("One number?", "a", "b", "c", None, 20, 1.3),
        (None, "a", "b", None, None, 20, 1),
        ("One answer?", "a", None, None, None, 20, 1),
        ("Twice?", "a", "b", None, None, 20, "1,1"),
    ]
    assert errors(read_file(kahoot_bank(rows))) == [
        (9, "H", "correct-missing"),
        (10, "H", "correct-unknown"),
        (11, "H", "number-in-list"),
        (12, "B", "question-missing"),
        (13, "D", "options-too-few"),
        (14, "H", "correct-twice"),
    ]


def test_wayground() -> None:
    rows = [
        ("Largest planet?", "Multiple Choice", "Earth", "Mars", "Jupiter", None, None, 3, 20, None, "It is huge."),
        ("Even?", "Checkbox", 12, 35, 48, None, None, "1,3", 30),
        ("No type?", None, "a", "b", None, None, None, "2"),
        ("Capital of Peru?", "Fill-in-the-Blank", "Lima", "Ciudad de los Reyes"),
        ("Tell us.", "Open-Ended"),
    ]
    outcome = read_file(wayground_bank(rows))
    assert told(outcome) == [
        ("single", ("Earth", "Mars", "Jupiter"), 3),
        ("multiple", ("12", "35", "48"), (1, 3)),
        ("single", ("a", "b"), 2),
        ("text", (), ("Lima", "Ciudad de los Reyes")),
        ("essay", (), None),
    ]
    assert outcome.questions[0].explanation == "It is huge."
    assert (outcome.detected.layout, outcome.detected.rows) == ("wayground", 5)
    assert outcome.problem_counts == {"column-not-kept": 1}


def test_wayground_as_text_and_without_its_instructions() -> None:
    row = ("Why?", "Multiple Choice", "a", "b", "", "", "", "B", "", "", "")
    for rows in ([WAYGROUND_HEADER, WAYGROUND_INSTRUCTIONS, row], [WAYGROUND_HEADER, row]):
        assert told(read_file(comma_separated(rows))) == [("single", ("a", "b"), 2)]
    late = [WAYGROUND_HEADER, row, WAYGROUND_INSTRUCTIONS]
    assert errors(read_file(comma_separated(late)))[0][:2] == (3, "B")


def test_wayground_faults_are_named_at_their_places() -> None:
    rows = [
        ("Best?", "Poll", "a", "b"),
        ("Draw it", "Draw"),
        ("Which?", "Match", "a", "b"),
        ("Two?", "Multiple Choice", "a", "b", None, None, None, "1,2"),
        ("Blank?", "Fill-in-the-Blank"),
        ("Blank?", "Fill-in-the-Blank", "a", None, None, None, None, 1),
        ("Open?", "Open-Ended", None, None, None, None, None, 1),
    ]
    assert errors(read_file(wayground_bank(rows))) == [
        (3, "B", "type-not-scored"),
        (4, "B", "type-not-scored"),
        (5, "B", "type-unknown"),
        (6, "H", "correct-not-one"),
        (7, "C", "correct-missing"),
        (8, "H", "correct-not-taken"),
        (9, "H", "correct-not-taken"),
    ]


def test_moodle() -> None:
    rows = [
        ("q1", "Which is a fruit?", "Apple", "Brick", "Car", "Dog", "A", ""),
        ("q2", "Which are fruits?", "Apple", "Pear", "Car", "Dog", "B", "A"),
        ("q3", "Is it?", "True", "False", "", "", "b", ""),
    ]
    outcome = read_file(moodle_bank(rows))
    assert told(outcome) == [
        ("single", ("Apple", "Brick", "Car", "Dog"), 1),
        ("multiple", ("Apple", "Pear", "Car", "Dog"), (1, 2)),
        ("single", ("True", "False"), 2),
    ]
    assert outcome.detected.layout == "moodle"
    assert outcome.problem_counts == {"column-not-kept": 1}


def test_moodle_extended_with_spaces_in_its_header() -> None:
    row = ("q1", "Which?", "B", "A", "C", "D", "A", "", "abc", "Yes", "", "No", "2.5000000")
    outcome = read_file(moodle_bank([row], extended=True))
    assert told(outcome) == [("single", ("B", "A", "C", "D"), 1)]
    assert outcome.questions[0].points == Decimal("2.5")
    assert outcome.problem_counts == {"column-not-kept": 4}


def test_moodle_faults_are_named_at_their_places() -> None:
    rows = [
        ("q1", "Which?", "a", "b", "", "", "", ""),
        ("q2", "Which?", "a", "b", "", "", "C", ""),
        ("q3", "Which?", "a", "b", "", "", "A", "A"),
        ("q4", "Which?", "a", "b", "", "", "A", "E"),
        ("q5", "Which?", "a", "", "", "", "A", ""),
    ]
    assert errors(read_file(moodle_bank(rows))) == [
        (2, "G", "correct-missing"),
        (3, "G", "correct-unknown"),
        (4, "H", "correct-twice"),
        (5, "H", "correct-unknown"),
        (6, "D", "options-too-few"),
    ]


HEADERS = {
    STANDARD: ("question", "type", "option_1", "option_2", "correct"),
    KAHOOT: KAHOOT_HEADER,
    WAYGROUND: WAYGROUND_HEADER,
    MOODLE: (*MOODLE_HEADER, *MOODLE_MORE),
}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_a_header_is_of_one_layout_only(layout: Any) -> None:
    assert [one.name for one in LAYOUTS if one.is_header(HEADERS[layout])] == [layout.name]
    written = [title.upper().replace(" ", "  ") for title in HEADERS[layout]]
    assert layout_of(written) is layout


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_the_header_is_found_within_twenty_rows(layout: Any, over: int) -> None:
    before = HEADER_SEARCH_ROWS - 1 + over
    for data in (
        xlsx([*[["A note"]] * before, HEADERS[layout]]),
        comma_separated([*[["A note"]] * before, HEADERS[layout]]),
    ):
        outcome = read_file(data)
        assert outcome.detected.layout == (None if over > 0 else layout.name)
        assert ("unknown-layout" in outcome.problem_counts) == (over > 0)


@pytest.mark.parametrize(
    ("layout", "missing"),
    [
        (KAHOOT, "Correct answer(s) - choose at least one"),
        (WAYGROUND, "Correct Answer"),
        (MOODLE, "Answer 1"),
        (STANDARD, "type"),
    ],
)
def test_a_header_that_lacks_a_column_is_known_all_the_same(layout: Any, missing: str) -> None:
    outcome = read_file(comma_separated([[title for title in HEADERS[layout] if title != missing]]))
    assert outcome.problem_counts.get("missing-column") == 1
    assert outcome.detected.layout == layout.name


def test_template_rows_that_say_nothing_are_no_questions() -> None:
    prefilled = [(None, "Multiple Choice", None, None, None, None, None, None, 30)] * 3
    outcome = read_file(wayground_bank(prefilled))
    assert (outcome.detected.rows, outcome.problem_counts) == (0, {"no-questions": 1})
    assert read_file(kahoot_bank([(None, None, None, None, None, 20)] * 3)).problem_counts == {"no-questions": 1}


def test_control_text_left_of_kahoots_columns_is_not_taken_for_numbering() -> None:
    import_of = comma_separated([("", *KAHOOT_HEADER), ("Part one", "Why?", "a", "b", "", "", "20", "1")])
    assert errors(read_file(import_of)) == [(2, "A", "value-without-header")]
