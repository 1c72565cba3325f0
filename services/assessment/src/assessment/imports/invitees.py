"""Candidates to invite, read from a CSV file: name, email and, if it is there, expires_at, each row at its place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Annotated, Final, TypeVar

import msgspec

from assessment.domain.address import normalized_address
from assessment.domain.decision import Refused
from assessment.domain.text import accepted_line
from assessment.imports.cells import Row, column_letters
from assessment.imports.delimited_sheet import read_delimited
from assessment.imports.detection import Format, detect
from assessment.imports.guarding import unguarded
from assessment.imports.layouts import folded
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import shown
from contracts.assessment.imports import ImportProblem
from contracts.assessment.limits import MAX_FILE_INVITES, MAX_NAME_CHARACTERS

REQUIRED: Final = ("name", "email")
COLUMNS: Final = (*REQUIRED, "expires_at")
TITLES: Final = {folded(name): name for name in COLUMNS}
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
T = TypeVar("T")


class InviteeCode(Enum):
    """What can be wrong with a row, and the sentence that an employer reads."""

    NOBODY = ("nobody-to-invite", "There is no row below the header.")
    TOO_MANY = ("too-many-invites", f"One file invites at most {MAX_FILE_INVITES} candidates; split it.")
    NAME_REFUSED = ("name-refused", "This is no name; type it again, without hidden marks.")
    EMAIL_REFUSED = ("email-refused", "This is not an e-mail address.")
    EXPIRES_AT_UNREADABLE = ("expires-at-unreadable", "Write the moment with its offset: 2026-12-31T17:00:00+01:00.")
    EXPIRES_AT_PAST = ("expires-at-past", "The moment is not in the future.")
    ADDRESS_TWICE = ("address-twice", "The address stands in an earlier row already, which is named.")
    ALREADY_INVITED = ("already-invited", "An invite leads this candidate to the assessment already.")

    def __init__(self, slug: str, sentence: str) -> None:
        self.slug = slug
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Invitee:
    """One row; address: the one form of `email`, empty like the others where the row has a problem of its own."""

    row: int
    name: str
    email: str
    address: str
    expires_at: datetime | None
    columns: Mapping[str, int]
    problems: tuple[ImportProblem, ...] = ()

    def problem(self, code: InviteeCode, seen: str | None = None) -> ImportProblem:
        """Note what is wrong with the row at the column that says so."""
        name = "expires_at" if code is InviteeCode.EXPIRES_AT_PAST else "email"
        return _problem(code, self.row, self.columns[name], name, self.email if seen is None else seen)


def read_invitees(data: bytes) -> tuple[Invitee, ...]:
    """Read a whole file, in its order; raises FileRefused, and FileUnfit where it isn't one to invite from."""
    if detect(data) is not Format.DELIMITED:
        raise FileRefused(Code.NOT_A_SPREADSHEET)
    file = read_delimited(data, _is_header)
    if file.guessed_cells:
        row, column, text = file.guessed_cells[0]
        raise FileRefused(Code.ENCODING_UNKNOWN, text, row=row, column=column)
    rows = [row for row in file.sheet.rows if row.cells]
    if not rows:
        raise FileRefused(Code.EMPTY_FILE)
    header, below = rows[0], rows[1:]
    columns = _columns(header)
    if not below:
        raise FileUnfit(InviteeCode.NOBODY, header.number)
    if len(below) > MAX_FILE_INVITES:
        raise FileUnfit(InviteeCode.TOO_MANY, below[MAX_FILE_INVITES].number)
    return _without_twins(_invitee(row, columns) for row in below)


class FileUnfit(Exception):  # noqa: N818 (a refusal, no error of ours)
    """The file can be read, but nobody is invited from it."""

    def __init__(self, code: InviteeCode, row: int) -> None:
        super().__init__(code.slug)
        self.code = code
        self.row = row


def _is_header(titles: Iterable[str]) -> bool:
    return {folded(title) for title in titles} >= set(REQUIRED)


def _columns(header: Row) -> dict[str, int]:
    """Find each column by its title; whatever else stands in the header row is refused."""
    found: dict[str, int] = {}
    for column, cell in header.cells.items():
        name = TITLES.get(folded(cell.text))
        if name is None:
            raise FileRefused(Code.UNKNOWN_COLUMN, cell.text, row=header.number, column=column)
        if name in found:
            raise FileRefused(Code.DUPLICATE_COLUMN, cell.text, row=header.number, column=column)
        found[name] = column
    for name in REQUIRED:
        if name not in found:
            raise FileRefused(Code.MISSING_COLUMN, name, row=header.number)
    return found


def _invitee(row: Row, columns: Mapping[str, int]) -> Invitee:
    problems: list[ImportProblem] = []

    def read(name: str, code: InviteeCode, reading: Callable[[str], T], otherwise: T) -> T:
        cell = row.cells.get(columns.get(name, 0))
        text = "" if cell is None else unguarded(cell.text)
        try:
            return reading(text)
        except (Refused, msgspec.ValidationError):
            problems.append(_problem(code, row.number, columns[name], name, text))
            return otherwise

    name = read("name", InviteeCode.NAME_REFUSED, _name, "")
    email, address = read("email", InviteeCode.EMAIL_REFUSED, _email, ("", ""))
    expires_at = read("expires_at", InviteeCode.EXPIRES_AT_UNREADABLE, _moment, None)
    problems += [_unheaded(row, column) for column in row.cells if column not in columns.values()]
    return Invitee(row.number, name, email, address, expires_at, columns, tuple(problems))


def _name(text: str) -> str:
    return accepted_line(text, "name", max_characters=MAX_NAME_CHARACTERS)


def _email(text: str) -> tuple[str, str]:
    return text.strip(), normalized_address(text, "email")


def _moment(text: str) -> datetime | None:
    return msgspec.convert(text.strip(), Moment) if text.strip() else None


def _without_twins(invitees: Iterable[Invitee]) -> tuple[Invitee, ...]:
    """Note every address that an earlier row without a problem has already, and which row that is."""
    first: dict[str, int] = {}
    found: list[Invitee] = []
    for one in invitees:
        if not one.problems and one.address in first:
            twin = one.problem(InviteeCode.ADDRESS_TWICE, f"{one.email} (row {first[one.address]})")
            found.append(replace(one, problems=(twin,)))
            continue
        if not one.problems:
            first[one.address] = one.row
        found.append(one)
    return tuple(found)


def _unheaded(row: Row, column: int) -> ImportProblem:
    code = Code.VALUE_WITHOUT_HEADER
    seen = shown(row.cells[column].text)
    return ImportProblem(row.number, column_letters(column), None, code.slug, code.sentence, seen)


def _problem(code: InviteeCode, row: int, column: int, header: str, seen: str) -> ImportProblem:
    return ImportProblem(row, column_letters(column), header, code.slug, code.sentence, shown(seen))
