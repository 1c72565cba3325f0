"""`assessment import check`: one line a file, whatever the file is."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assessment.imports import command
from assessment.imports.checking import check_file
from assessment.imports.command import run_check
from assessment.imports.report import Report
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


def test_json_is_one_object_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.csv").write_bytes(b"question,type,correct\nWhy?,single,x\n")
    code = run_check(
        [str(SAMPLES / "questions.csv"), str(tmp_path / "bad.csv"), str(tmp_path / "absent")], as_json=True
    )
    good, bad, absent = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert (good["ok"], good["accepted"], good["errors"], good["detected"]["layout"]) == (True, 11, 0, "standard")
    assert (bad["ok"], bad["problem_counts"]) == (False, {"options-too-few": 1})
    assert [(one["row"], one["code"]) for one in bad["problems"]] == [(2, "options-too-few")]
    assert (absent["ok"], absent["unread"]) == (False, "No such file or directory")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    names = [str(tmp_path / "pipe.csv"), "/dev/zero", str(tmp_path), str(tmp_path / "loop.csv"), "x" * 5000]
    assert run_check([*names, str(SAMPLES / "questions.csv")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [": cannot be read: " in line for line in lines] == [True] * 5 + [False]
    assert lines[-1].endswith("ok, 11 questions")


def test_a_check_that_fails_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def failing_once(data: bytes, name: str) -> Report:
        if name.endswith(".xlsx"):
            raise RuntimeError("no more processes")
        return await check_file(data, name)

    monkeypatch.setattr(command, "check_file", failing_once)
    assert run_check([str(SAMPLES / "questions.xlsx"), str(SAMPLES / "questions.csv")]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("cannot be read: the check failed: RuntimeError")
    assert second.endswith("ok, 11 questions")


def test_a_terminal_without_the_characters_is_no_reason_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "größe🚀.csv").write_bytes("question,type\nWhy?,🚀\n".encode())
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii"))
    assert run_check([str(tmp_path / "größe🚀.csv")]) == 1
    assert b"gr\\xf6\\xdfe" in shown.getvalue()
    assert b"type-unknown 1" in shown.getvalue()


def test_the_program_itself_ends_with_the_code_of_the_check() -> None:
    program = [sys.executable, "-m", "assessment.cli", "import", "check"]
    name = os.fsencode(str(SAMPLES)) + b"/absent\xff\xfe.csv"
    for files, code in (([SAMPLES / "questions.csv"], 0), ([name], 1), ([], 2)):
        ended = subprocess.run([*program, *files], capture_output=True, check=False, timeout=300)
        assert ended.returncode == code, ended.stderr
        assert ended.stdout.count(b"\n") == len(files)
