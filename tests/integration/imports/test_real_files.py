"""Files as other programs write them, renamed to what was asked for: each is told, with a sentence that helps."""

import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook, PasswordError

from assessment.imports.checking import check_file
from tests.kit.workbooks import GOOD, HEADER, xlsx

FILES = Path(__file__).parent / "files"
HELP = {
    "old-excel": "save it as .xlsx",
    "open-document": "save it as .xlsx",
    "password-protected": "save a copy without",
    "macros": "save a copy as .xlsx without",
    "lock-file": "upload the other",
}


@pytest.mark.parametrize("shown_name", ["bank.xlsx", "bank.csv", "bank", ""])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("old-excel.xls", "old-excel"),
        ("open-document.ods", "open-document"),
        ("password.xlsx", "password-protected"),
        ("macros.xlsm", "macros"),
        ("~$bank.xlsx", "lock-file"),
    ],
)
async def test_a_file_is_told_by_its_content_whatever_its_name(name: str, code: str, shown_name: str) -> None:
    report = await check_file((FILES / name).read_bytes(), shown_name)
    (problem,) = report.outcome.problems
    assert (problem.code, problem.severity) == (code, "error")
    assert HELP[code] in problem.message
    assert report.is_refused


@pytest.mark.parametrize("data", [b"", b"x", b",maria,desk,22.11.2026 09:15,;", bytes(165)])
@pytest.mark.parametrize("name", ["~$bank.xlsx", ".~lock.bank.xlsx#", r"C:\Users\m\~$bank.xlsx"])
async def test_what_is_named_as_a_lock_file_and_can_t_be_read_is_one(name: str, data: bytes) -> None:
    report = await check_file(data, name)
    assert report.outcome.problem_counts == {"lock-file": 1}


async def test_libreoffices_lock_file() -> None:
    name = ".~lock.bank.xlsx#"
    report = await check_file((FILES / name).read_bytes(), name)
    assert report.outcome.problem_counts == {"lock-file": 1}


async def test_a_bank_is_read_even_under_a_lock_files_name() -> None:
    report = await check_file(xlsx([HEADER, GOOD]), "~$bank.xlsx")
    assert len(report.outcome.questions) == 1


def test_control_the_files_are_what_they_are_called() -> None:
    for name in ("old-excel.xls", "open-document.ods"):
        sheet = CalamineWorkbook.from_path(str(FILES / name)).get_sheet_by_index(0)
        assert sheet.to_python()[1] == ["Which?", "single", "a", "b", "B"]
    with pytest.raises(PasswordError):
        CalamineWorkbook.from_path(str(FILES / "password.xlsx"))
    with zipfile.ZipFile(FILES / "macros.xlsm") as archive:
        assert archive.read("xl/vbaProject.bin").startswith(b"\xd0\xcf\x11\xe0")
