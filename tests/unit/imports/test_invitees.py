"""Candidates from a CSV file: columns by their titles, each fault at its place, and nothing guessed."""

from datetime import UTC, datetime

import pytest

from assessment.imports.invitees import FileUnfit, Invitee, read_invitees
from assessment.imports.problems import FileRefused
from contracts.assessment.limits import MAX_EMAIL_CHARACTERS, MAX_FILE_INVITES, MAX_NAME_CHARACTERS

HEADER = "name,email,expires_at\n"


def read(text: str, encoding: str = "utf-8") -> tuple[Invitee, ...]:
    return read_invitees(text.encode(encoding))


def codes(text: str) -> list[tuple[int, list[tuple[str, str | None, str | None]]]]:
    return [(one.row, [(found.code, found.column, found.seen) for found in one.problems]) for one in read(text)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_what_a_spreadsheet_saves_is_read(delimiter: str, encoding: str) -> None:
    lines = ["Email,Expires At,NAME", "zoë@example.org,2026-12-31T17:00:00+01:00,Zoë 🐎", "", "bo@example.org,,Bo"]
    zoe, bo = read("\r\n".join(lines).replace(",", delimiter), encoding)
    assert (zoe.row, zoe.name, zoe.email) == (2, "Zoë 🐎", "zoë@example.org")
    assert zoe.expires_at == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert (bo.row, bo.name, bo.address, bo.expires_at) == (4, "Bo", "bo@example.org", None)
    assert not zoe.problems
    assert not bo.problems


def test_a_quoted_name_keeps_its_comma_and_a_guarded_one_loses_its_apostrophe() -> None:
    found = read(HEADER + "\"Lovelace, Ada\",ada@example.org\n'@home,b@example.org\n't Hooft,c@example.org\n")
    assert [one.name for one in found] == ["Lovelace, Ada", "@home", "'t Hooft"]


def test_each_fault_stands_at_its_place() -> None:
    rows = "Bo,nowhere\n,x@example.org\n\u200b,y@example.org,soon\nAl,al@example.org,2026-12-31,more\n"
    assert codes(HEADER + rows) == [
        (2, [("email-refused", "B", "nowhere")]),
        (3, [("name-refused", "A", "")]),
        (4, [("name-refused", "A", "\u200b"), ("expires-at-unreadable", "C", "soon")]),
        (5, [("expires-at-unreadable", "C", "2026-12-31"), ("value-without-header", "D", "more")]),
    ]


def test_an_address_counts_once_however_it_is_written() -> None:
    rows = "Bo,bo@MÜLLER.example\nBob,BO@xn--mller-kva.example\nX,bo@müller.example,soon\n"
    assert codes(HEADER + rows) == [
        (2, []),
        (3, [("address-twice", "B", "BO@xn--mller-kva.example (row 2)")]),
        (4, [("expires-at-unreadable", "C", "soon")]),
    ]


@pytest.mark.parametrize(("more", "fits"), [(-1, True), (0, True), (1, False)])
def test_lengths_end_where_the_contract_says(more: int, fits: bool) -> None:  # noqa: FBT001 (a table)
    (one,) = read(HEADER + "n" * (MAX_NAME_CHARACTERS + more) + ",a@example.org")
    assert (not one.problems) is fits
    domain = "." + "d" * 60 + "." + "d" * 60 + "." + "d" * 57 + ".example"
    local = "l" * 5 + "@"
    address = local + "e" * (MAX_EMAIL_CHARACTERS + more - len(local) - len(domain)) + domain
    (two,) = read(HEADER + "Bo," + address)
    assert len(address) == MAX_EMAIL_CHARACTERS + more
    assert (not two.problems) is fits


@pytest.mark.parametrize(("more", "fits"), [(-1, True), (0, True), (1, False)])
def test_a_file_has_at_most_500_rows(more: int, fits: bool) -> None:  # noqa: FBT001 (a table)
    text = HEADER + "".join(f"c{number},c{number}@example.org\n\n" for number in range(MAX_FILE_INVITES + more))
    if fits:
        assert len(read(text)) == MAX_FILE_INVITES + more
        return
    with pytest.raises(FileUnfit) as refused:
        read(text)
    assert (refused.value.code.slug, refused.value.row) == ("too-many-invites", 2 * MAX_FILE_INVITES + 2)


@pytest.mark.parametrize(
    ("data", "code", "row", "column"),
    [
        (b"", "empty-file", None, None),
        (b",,\n", "empty-file", None, None),
        (b"PK\x03\x04" + b"x" * 100, "not-a-spreadsheet", None, None),
        (b"%PDF-1.7", "not-a-spreadsheet", None, None),
        (b"name\nBo\n", "missing-column", 1, None),
        (b"name,email,email\n", "duplicate-column", 1, 3),
        (b"name,email,role\n", "unknown-column", 1, 3),
        (b'name,email\n"Bo,bo@example.org\n', "unclosed-quote", 2, 1),
        (b'name,email\nB"o,bo@example.org\n', "misplaced-quote", 2, 1),
        (b"name,email\nB\x00o,bo@example.org\n", "nul-character", 2, 1),
        (b"sep=:\nname:email\n", "separator-unknown", 1, None),
        ("name,email\nZoë,zoe@example.org\n".encode("cp1252"), "encoding-unknown", 2, 1),
        ("name,email\nZoë,zoe@example.org\n".encode() + b"\x81", "encoding-unknown", None, None),
    ],
)
def test_what_can_not_be_read_one_way_only_is_refused(
    data: bytes, code: str, row: int | None, column: int | None
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_invitees(data)
    assert (refused.value.code.slug, refused.value.row, refused.value.column) == (code, row, column)


def test_a_header_alone_invites_nobody() -> None:
    with pytest.raises(FileUnfit) as refused:
        read(HEADER)
    assert (refused.value.code.slug, refused.value.row) == ("nobody-to-invite", 1)
