"""The written contract says what the code does: its limits, codes, sentences, layouts and words."""

import re
from pathlib import Path
from typing import Final

from assessment.imports import limits
from assessment.imports.answering import KINDS, WAYGROUND_KINDS
from assessment.imports.answers import FALSE_WORDS, TRUE_WORDS
from assessment.imports.layouts import COLUMNS, DELIVERY_COLUMNS, LAYOUTS, MOODLE, WAYGROUND, folded, layout_of
from assessment.imports.problems import Code
from assessment.read_models.queries_imports import KEPT_HOURS
from contracts.assessment.limits import MAX_QUESTIONS, MAX_UPLOAD_BYTES, MAX_WEIGHT
from tests.kit.foreign_banks import MOODLE_HEADER, MOODLE_MORE, WAYGROUND_HEADER

DOCUMENT: Final = (Path(__file__).parents[3] / "docs" / "imports.md").read_text()
WORDS: Final = " ".join(DOCUMENT.split())
MIB: Final = 1024 * 1024


def table(after: str) -> list[list[str]]:
    """Give the cells of the first table behind a heading, without its first two lines."""
    lines = DOCUMENT.partition(after)[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    found = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line.strip("|"))
        found.append([cell.strip().replace(r"\|", "|") for cell in cells])
    return found[2:]


def test_every_code_stands_there_with_its_sentence() -> None:
    assert [[one.strip("`") for one in row] for row in table("## Problems\n")] == [
        [code.slug, code.severity, code.sentence] for code in Code
    ]


def test_every_limit_stands_there() -> None:
    assert dict(table("### Limits")) == {
        "size of the file": f"{MAX_UPLOAD_BYTES // MIB} MiB",
        "unpacked size of a workbook": (
            f"{limits.MAX_INFLATED_BYTES // MIB} MiB, and {limits.MAX_INFLATION_RATIO} times the file"
        ),
        "last row with a value": f"{limits.MAX_ROWS:,}",
        "last column with a value": f"{limits.MAX_COLUMNS} (IV)",
        "characters of a cell": f"{limits.MAX_CELL_CHARACTERS:,}",
        "memory for reading": f"{limits.CHILD_MEMORY_BYTES // MIB} MiB",
        "processor time for reading": f"{limits.CHILD_PROCESSOR_SECONDS} s",
        "parts of a workbook": f"{limits.MAX_ARCHIVE_ENTRIES:,}",
        "cells of a workbook, those with a format only included": f"{limits.MAX_CELLS:,}",
        "merged cells of a sheet": f"{limits.MAX_MERGED_CELLS:,}",
        "text of all cells together, as often as it is referred to": f"{limits.MAX_SHARED_CHARACTERS:,} characters",
        "lines of a text file, empty ones included": f"{limits.MAX_RECORDS:,}",
        "questions": str(MAX_QUESTIONS),
    }
    for told in (
        f"The first {limits.MAX_PROBLEMS} are listed",
        f"up to {limits.MAX_SEEN_CHARACTERS} characters",
        f"the first {limits.HEADER_SEARCH_ROWS} rows",
        f"the first {limits.MAX_ERROR_ROWS_BYTES // MIB} MiB of such rows",
        f"kept for {KEPT_HOURS} hours",
        f"weights, from -{MAX_WEIGHT:,} to {MAX_WEIGHT:,}",
    ):
        assert told in WORDS, told
    assert limits.CHECK_SECONDS <= 12


def test_every_layout_stands_there_with_its_columns() -> None:
    assert re.findall(r"^### .*\(`(\w+)`\)", DOCUMENT, re.MULTILINE) == [layout.name for layout in LAYOUTS]
    assert "`question, type, option_1 … option_10, correct, points, explanation, tags, external_id`" in WORDS
    assert f"`{', '.join(DELIVERY_COLUMNS)}`" in WORDS
    assert COLUMNS[:3] == ("question", "type", "option_1")
    assert f"`{', '.join(MOODLE_HEADER)}`" in WORDS
    assert f"`{', '.join(one.strip() for one in MOODLE_MORE)}`" in WORDS
    assert (
        f"`{', '.join(WAYGROUND_HEADER).replace('Option 2, Option 3, Option 4, ', '… ').replace('1, …', '1 …')}`"
        in WORDS
    )
    assert layout_of(MOODLE_HEADER) is MOODLE
    assert layout_of(WAYGROUND_HEADER) is WAYGROUND


def test_every_word_that_is_taken_stands_there() -> None:
    kinds = {row[0].strip("`") for row in table("### Ours")}
    assert {folded(kind) for kind in kinds} | {"true/false"} == set(KINDS)
    for word in TRUE_WORDS | FALSE_WORDS:
        assert f"`{word}`" in WORDS
    told = {re.sub(r"[-\s]", "", one).lower() for one in re.findall(r"`([A-Z][\w-]+(?: \w+)?)`", WORDS)}
    assert set(WAYGROUND_KINDS) - {""} <= told


def test_control_a_table_is_read_with_its_bars() -> None:
    assert table("| type |")
    assert ["text", "error"] not in table("## Problems\n")
    assert any("|" in row[2] for row in table("## Problems\n"))
