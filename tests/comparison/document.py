"""docs/comparison.md: prose by hand, and tables between markers that the script writes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"
ANSWERS = "answers"
FACTS = "facts"

Rows = Mapping[str, Sequence[str]]


def table(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *([title, *cells] for title, cells in rows.items())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def rows_of(page: str, name: str) -> tuple[list[str], dict[str, list[str]]]:
    """The head of a table, and its rows by their titles."""
    lines = [line for line in _between(page, name)[1].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return cells[0], {row[0]: row[1:] for row in cells[2:]}


def with_table(page: str, name: str, text: str) -> str:
    before, _, after = _between(page, name)
    return f"{before}\n{text}\n{after}"


def _between(page: str, name: str) -> tuple[str, str, str]:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = page.partition(begin)
    inside, marker, after = rest.partition(end)
    assert marker, f"the page has no {begin} … {end}"
    return before + begin, inside, end + after
