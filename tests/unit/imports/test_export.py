"""Export then import gives the same questions; no exported cell begins a formula; error rows come back whole."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Final

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from assessment.domain.author_view import authors_view
from assessment.domain.decision import Refused
from assessment.domain.normalization import norm_v1
from assessment.domain.questions import Content, content_of
from assessment.imports.answers import Key
from assessment.imports.bars import joined_texts, split_texts
from assessment.imports.export import EXPORTED, error_rows_file, exported
from assessment.imports.guarding import guarded, unguarded
from assessment.imports.pipeline import read_file
from contracts.assessment.assessments import NumericKey, OptionDraft, QuestionDraft
from contracts.assessment.limits import MAX_WEIGHT
from contracts.questions import ChoiceScoring, QuestionKind
from tests.kit.foreign_banks import kahoot_bank
from tests.kit.properties import PROPERTY
from tests.kit.workbooks import comma_separated

FORMULA_STARTS: Final = tuple("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")
RISKY: Final = st.text(st.sampled_from("=+-@\t'\" \\|,;\nab1é\uff1d"), max_size=8)
TEXTS: Final = (
    (RISKY | st.text(max_size=20) | st.sampled_from(["option_2", "Option 1", "2", "B", "option__1"]))
    .map(str.strip)
    .filter(norm_v1)
)
KINDS: Final[tuple[QuestionKind, ...]] = ("single", "multiple", "true_false", "text", "numeric", "essay")
SCORINGS: Final[tuple[ChoiceScoring, ...]] = ("all_or_nothing", "proportional", "weights")
WEIGHTS: Final = st.integers(-MAX_WEIGHT, MAX_WEIGHT)
PARTS: Final = st.decimals(0, 1, places=8)
NUMBERS: Final = st.decimals(-(10**9), 10**9, places=6) | st.sampled_from([Decimal("1E-30"), Decimal("1.234")])


@st.composite
def drafts(draw: st.DrawFn) -> QuestionDraft:
    kind = draw(st.sampled_from(KINDS))
    options = draw(st.lists(TEXTS, min_size=2, max_size=10)) if kind in ("single", "multiple") else []
    numbers = st.integers(1, max(1, len(options)))
    correct: dict[QuestionKind, st.SearchStrategy[Key]] = {
        "single": numbers,
        "multiple": st.lists(numbers, min_size=1, unique=True).map(lambda found: tuple(sorted(found))),
        "true_false": st.booleans(),
        "text": st.lists(TEXTS, min_size=1, max_size=4).map(tuple),
        "numeric": st.builds(NumericKey, value=NUMBERS, tolerance=NUMBERS.map(abs))
        | st.builds(NumericKey, value=NUMBERS, tolerance=PARTS, tolerance_kind=st.just("relative")),
        "essay": st.none(),
    }
    scoring: ChoiceScoring
    weights: tuple[int, ...]
    scoring, weights, right = "all_or_nothing", (), draw(correct[kind])
    if kind == "multiple":
        scoring = draw(st.sampled_from(SCORINGS))
    if scoring == "weights":
        weights = tuple(draw(st.lists(WEIGHTS, min_size=len(options), max_size=len(options))))
        right = tuple(number for number, weight in enumerate(weights, start=1) if weight > 0)
    return QuestionDraft(
        kind=kind,
        scoring=scoring,
        weights=weights,
        prompt=draw(TEXTS),
        options=tuple(OptionDraft(text=text, keep_last=draw(st.booleans())) for text in options),
        correct=right,
        points=Decimal(draw(st.integers(0, 1_000_000))) / 1000,
        explanation=draw(st.just("") | TEXTS),
        pool=draw(st.none() | TEXTS),
        keep_place=draw(st.booleans()),
    )


def content(questions: list[QuestionDraft]) -> Content | None:
    """Take questions as an assessment does; None where it takes none such."""
    ids = [f"00000000-0000-0000-0000-{number:012}" for number in range(len(questions))]
    options = [[f"{number:08}-0000-0000-0000-{place:012}" for place in range(10)] for number in range(len(questions))]
    try:
        return content_of(questions, ids, options)
    except Refused:
        return None


@PROPERTY
@given(st.lists(drafts(), max_size=4))
def test_export_then_import_gives_the_same_questions(questions: list[QuestionDraft]) -> None:
    taken = content([one for one in questions if content([one]) is not None])
    assert taken is not None
    outcome = read_file(exported(authors_view(*taken)))
    assert set(outcome.problem_counts) <= {"no-questions"}
    assert content(list(outcome.questions)) == taken


CHOICE: Final = QuestionDraft(
    kind="multiple", prompt="?", options=tuple(OptionDraft(text=text) for text in ("x", "y", "z")), correct=(1, 3)
)
HALF: Final = NumericKey(value=Decimal("-3.5"), tolerance=Decimal("0.005"), tolerance_kind="relative")


@pytest.mark.parametrize(
    ("draft", "kind", "cell"),
    [
        (CHOICE, "multiple", "option_1,option_3"),
        (replace(CHOICE, scoring="proportional"), "multiple_proportional", "option_1,option_3"),
        (
            replace(CHOICE, scoring="weights", weights=(2, -1, 1)),
            "multiple_weights",
            "option_1:2,option_2:-1,option_3:1",
        ),
        (QuestionDraft(kind="numeric", prompt="?", correct=HALF), "numeric", "'-3.5 ± 0.5%"),
    ],
    ids=["all", "proportional", "weights", "relative"],
)
def test_every_way_of_scoring_has_its_words(draft: QuestionDraft, kind: str, cell: str) -> None:
    taken = content([draft])
    assert taken is not None
    file = exported(authors_view(*taken))
    header, row = csv.reader(StringIO(file.decode("utf-8-sig")))
    assert (row[header.index("type")], row[header.index("correct")]) == (kind, cell)
    assert content(list(read_file(file).questions)) == taken


def test_how_a_question_is_shown_has_its_columns_where_it_says_something() -> None:
    lasting = tuple(replace(option, keep_last=option.text == "z") for option in CHOICE.options)
    for draft, columns, cells in (
        (CHOICE, [], []),
        (replace(CHOICE, pool="=Knots"), ["pool"], ["'=Knots"]),
        (replace(CHOICE, options=lasting, keep_place=True), ["keep_last", "keep_place"], ["option_3", "yes"]),
    ):
        taken = content([draft])
        assert taken is not None
        file = exported(authors_view(*taken))
        header, row = csv.reader(StringIO(file.decode("utf-8-sig")))
        assert (header[len(EXPORTED) :], row[len(EXPORTED) :]) == (columns, cells)
        assert content(list(read_file(file).questions)) == taken


def test_options_that_are_named_like_columns_stay_apart() -> None:
    names = ["option_2", "1", "B", "a", "option_1", "option__1", "Option 3", "4", "C", "2"]
    for correct in (1, 2, 10, (1, 2), (1, 5, 6), tuple(range(1, 11))):
        draft = QuestionDraft(
            kind="single" if isinstance(correct, int) else "multiple",
            prompt="?",
            options=tuple(OptionDraft(text=name) for name in names),
            correct=correct,
        )
        taken = content([draft])
        assert taken is not None
        outcome = read_file(exported(authors_view(*taken)))
        assert [one.correct for one in outcome.questions] == [correct], outcome.problems


@PROPERTY
@given(st.text() | RISKY)
def test_no_exported_cell_begins_a_formula(text: str) -> None:
    shown = guarded(text)
    assert not shown.lstrip(" \"'").startswith(FORMULA_STARTS) or shown.startswith("'")
    assert not shown.startswith(FORMULA_STARTS)
    assert unguarded(shown) == text
    assert guarded(shown) == shown or shown == f"'{text}"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_each_start_of_a_formula_gets_an_apostrophe(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"
    assert guarded(f"'{start}1") == f"''{start}1"
    assert unguarded(f"'{start}1+1") == f"{start}1+1"
    assert unguarded("'tis") == "'tis"


def test_control_an_unguarded_file_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = content([QuestionDraft(kind="essay", prompt="=1+1")])
    assert taken is not None

    def cells() -> list[str]:
        return [
            cell for row in csv.reader(StringIO(exported(authors_view(*taken)).decode("utf-8-sig"))) for cell in row
        ]

    assert [cell for cell in cells() if cell.startswith(FORMULA_STARTS)] == []
    monkeypatch.setattr("assessment.imports.export.guarded", lambda text: text)
    assert [cell for cell in cells() if cell.startswith(FORMULA_STARTS)] == ["=1+1"]


@PROPERTY
@given(st.lists(st.text(st.sampled_from("\\|ab"), max_size=6), min_size=1, max_size=4))
def test_texts_between_bars_come_back(texts: list[str]) -> None:
    assert split_texts(joined_texts(texts)) == texts


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("a|b", ["a", "b"]),
        (r"a\|b", ["a|b"]),
        (r"a\\|b", ["a\\", "b"]),
        ("C:\\x|D:\\y\\", ["C:\\x", "D:\\y\\"]),
        ("|", ["", ""]),
    ],
)
def test_a_backslash_matters_before_a_bar_only(cell: str, texts: list[str]) -> None:
    assert split_texts(cell) == texts


def test_error_rows_come_back_under_their_header_and_can_be_corrected() -> None:
    bank = [
        ("question", "type", "option_1", "option_2", "correct", "explanation"),
        ("Good?", "essay"),
        ("=cmd|x", "single", "a", "b", "z", "-1"),
        ("", "essay"),
    ]
    outcome = read_file(comma_separated(bank))
    assert outcome.error_row_count == 2
    file = error_rows_file(outcome.titles, outcome.error_rows)
    header, first, second = csv.reader(StringIO(file.decode("utf-8-sig")))
    assert header == [*bank[0], "row", "problem"]
    assert first[:7] == ["'=cmd|x", "single", "a", "b", "z", "'-1", "3"]
    assert "correct: This names none of the question's options." in first[7]
    assert second[6:] == ["4", "question: The row has no question."]

    corrected = file.replace(b",z,", b",b,")
    again = read_file(corrected)
    assert [(one.prompt, one.correct, one.explanation) for one in again.questions] == [("=cmd|x", 2, "-1")]
    assert again.error_row_count == 1
    twice = error_rows_file(again.titles, again.error_rows)
    assert next(csv.reader(StringIO(twice.decode("utf-8-sig")))) == header


def test_error_rows_of_another_layout_can_be_sent_again() -> None:
    outcome = read_file(kahoot_bank([("Why?", "a", "b", None, None, 20, 3), ("How?", "a", "b", None, None, 20, 1)]))
    file = error_rows_file(outcome.titles, outcome.error_rows)
    again = read_file(file.replace(b",20,3,", b",20,2,"))
    assert (again.detected.layout, [one.correct for one in again.questions]) == ("kahoot", [2])
    assert again.errors == 0
