"""Delimited text: round trips, delimiters by evidence, quotes that don't fit."""

import csv
import re
from io import StringIO
from typing import Final

import pytest
from hypothesis import given, strategies as st

from assessment.imports import delimited
from assessment.imports.delimited import DELIMITERS, records
from assessment.imports.delimited_sheet import read_delimited
from assessment.imports.problems import FileRefused
from tests.kit.properties import PROPERTY

FIELDS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
TABLES: Final = st.lists(st.lists(FIELDS, min_size=1, max_size=4), min_size=1, max_size=4)


@PROPERTY
@given(TABLES, st.sampled_from(DELIMITERS), st.sampled_from(["\r\n", "\n", "\r"]))
def test_what_a_writer_quotes_is_read_back(table: list[list[str]], delimiter: str, ending: str) -> None:
    file = StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(table)
    assert [record for _, record in records(file.getvalue(), delimiter)] == table


@PROPERTY
@given(st.text(st.sampled_from('a",;\r\n'), max_size=12))
def test_unquoted_text_reads_as_the_strict_standard_reader_does(text: str) -> None:
    try:
        read = list(records(text, ","))
    except FileRefused:
        return
    strict = csv.reader(StringIO(text, newline=""), strict=True)
    assert [(row, record) for row, record in enumerate(strict, start=1) if record] == read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b", [(1, ["a", "b"])]),
        ("a,\n", [(1, ["a", ""])]),
        ("a,", [(1, ["a", ""])]),
        ("\n\na", [(3, ["a"])]),
        ('""', [(1, [""])]),
        ('"a""b"', [(1, ['a"b'])]),
        ("a\r\rb", [(1, ["a"]), (3, ["b"])]),
        ("a\r\n\r\nb\n\rc", [(1, ["a"]), (3, ["b"]), (5, ["c"])]),
        (",\n\n,", [(1, ["", ""]), (3, ["", ""])]),
    ],
)
def test_records(text: str, expected: list[tuple[int, list[str]]]) -> None:
    assert list(records(text, ",")) == expected


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_delimiter_is_found_without_our_header(delimiter: str) -> None:
    rows = [f'"a, b; c | d"{delimiter}x{delimiter}y{number}' for number in range(5)]
    assert read_delimited("\n".join(["A title, of a kind", *rows]).encode()).delimiter == delimiter


def test_header_speaks_louder_than_regularity() -> None:
    text = b"question,type,correct\na;b,text,x\nc;d,text\ne;f,essay\ng;h\n"
    assert read_delimited(text).delimiter == ","


def test_unclosed_quote_of_five_mebibytes_is_found_at_its_row() -> None:
    text = b'question,type\n"fine",essay\n"open,' + b'x""y,\n' * (5 * 1024 * 1024 // 6 - 40)
    with pytest.raises(FileRefused) as refusal:
        read_delimited(text)
    assert (refusal.value.code.slug, refusal.value.row, refusal.value.column) == ("unclosed-quote", 3, 1)


def test_control_a_lenient_reader_lets_the_unclosed_quote_swallow_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b'question,type\n"open,essay\nlost,essay\n'
    with pytest.raises(FileRefused):
        read_delimited(text)
    monkeypatch.setattr(delimited, "QUOTED", re.sub(r'"$', r'(?:"|\\Z)', delimited.QUOTED))
    assert len(read_delimited(text).sheet.rows) == 2
