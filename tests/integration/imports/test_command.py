"""`assessment import check`: one line a file, whatever the file is."""

from pathlib import Path

import pytest

from assessment.imports.command import run_check
from tests.kit.sample_banks import SAMPLES
from tests.kit.workbooks import GOOD, HEADER, raw_workbook, text_cell, xlsx


def test_good_files_end_in_success(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_check([str(SAMPLES / "questions.xlsx"), str(SAMPLES / "questions.csv")])
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.rsplit(": ", 1)[1] for line in lines] == ["ok, 11 questions"] * 2


def test_every_file_gets_its_line_and_any_error_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "good.xlsx": xlsx([HEADER, GOOD]),
        "far.xlsx": raw_workbook(f"<row>{text_cell('ZZ200000', 'x')}</row>"),
        "bad\nname\x1b[2J.csv": b"question,type\nWhy?,\x1b[31m\n",
        "large.csv": b"x" * (5 * 1024 * 1024 + 1),
        "empty": b"",
        "renamed.csv": xlsx([HEADER, GOOD]),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    code = run_check([*(str(tmp_path / name) for name in files), str(tmp_path), str(tmp_path / "absent"), "a\x00b"])

    out = capsys.readouterr().out
    verdicts = [line.split(": ", 1)[1] for line in out.splitlines()]
    assert code == 1
    assert "\x1b" not in out
    assert [verdict.split(";")[0].split(":")[0] for verdict in verdicts] == [
        "ok, 1 questions",
        "has errors, 0 questions [too-many-rows 1]",
        "has errors, 0 questions [control-character 1]",
        "has errors, 0 questions [file-too-large 1]",
        "has errors, 0 questions [empty-file 1]",
        "ok, 1 questions [extension-disagrees 1]",
        "cannot be read",
        "cannot be read",
        "cannot be read",
    ]
    assert "first: B2: The text holds an invisible control character; type it again. (U+001B)" in out


def test_no_file_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_check([]) == 0
    assert capsys.readouterr().out == ""
