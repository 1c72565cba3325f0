"""The table of docs/comparison.md: every case is there, and our column is what the store answers today."""

import pytest

from eventrail_client import MemoryEventStore
from tests.comparison.cases import CASES, Case, Taken, Wanted, answered, in_words
from tests.comparison.document import ANSWERS, FACTS, PAGE, rows_of, table, with_table
from tests.comparison.eventrail_store import EventrailStore

PAGE_NOW = PAGE.read_text()


def test_every_case_has_its_row_and_each_store_an_answer() -> None:
    head, rows = rows_of(PAGE_NOW, ANSWERS)
    assert head == ["", "Eventrail", "UmaDB", "JetStream"]
    assert list(rows) == [case.title for case in CASES]
    assert all(len(cells) == 3 and all(cells) for cells in rows.values())


def test_each_fact_is_told_of_each_store() -> None:
    head, rows = rows_of(PAGE_NOW, FACTS)
    assert head == ["", "Eventrail", "UmaDB", "JetStream"]
    assert len(rows) == 6
    assert all(len(cells) == 3 and all(cells) for cells in rows.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
async def test_our_column_is_what_the_store_answers(case: Case) -> None:
    """The twin in memory, which the behaviour suite holds to be the server's equal."""
    _, rows = rows_of(PAGE_NOW, ANSWERS)
    assert rows[case.title][0] == await answered(EventrailStore(MemoryEventStore()), case)


def test_control_what_is_not_well_is_told_in_bold() -> None:
    case = Case("made up", (Wanted("a"),), (Wanted("a", 2),))
    first, other = Wanted("a"), Wanted("a", 2)
    assert in_words(Taken(1), case, [first], [first]) == "**acknowledged, the other body is lost**"
    assert in_words(Taken(2), case, [first], [first, other]) == "**acknowledged, the id stands twice**"
    assert in_words(Taken(1), Case("same", (first,), (first,)), [first], [first]) == "acknowledged as it stands"
    part = Case("part", (first, Wanted("b")), (first,))
    found = in_words(Taken(1), part, part.first, part.first)
    assert found == "**acknowledged, as if it were the whole**"


def test_a_table_is_written_and_read_again() -> None:
    page = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n"
    written = with_table(page, "x", table(["", "one"], {"row": ["cell"]}))
    assert rows_of(written, "x") == (["", "one"], {"row": ["cell"]})
    assert written.startswith("a\n")
    assert written.endswith("\nb\n")
