"""Processes of a test: awaited by their address, and gone at its end."""

import sys
from pathlib import Path

import pytest

from embedded.failures import ServerFailed
from embedded.health import answers_ok
from embedded.ports import free_port
from tests.kit.processes import Processes


def serve(port: int) -> tuple[str, ...]:
    return (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port))


def test_a_process_is_ready_when_its_address_answers(processes: Processes) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    assert not answers_ok(url)
    child = processes.start("server", serve(port), ready_url=url)
    child.wait_until(lambda: answers_ok(url), timeout_seconds=120)
    assert "GET / HTTP" in child.log
    child.pause()
    assert not answers_ok(url, timeout_seconds=0.2)
    child.resume()
    child.wait_until(lambda: answers_ok(url), timeout_seconds=120)


def test_all_are_gone_at_the_end(tmp_path: Path) -> None:
    processes = Processes(tmp_path, [])
    port = free_port()
    child = processes.start("server", serve(port), ready_url=f"http://127.0.0.1:{port}/")
    processes.kill_all()
    assert child.exit_code == -9
    assert not answers_ok(f"http://127.0.0.1:{port}/")


def test_one_that_ends_before_it_is_ready_is_reported_with_its_log(processes: Processes) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no reason to live')")
    with pytest.raises(ServerFailed, match="ended with exit code 1") as failed:
        processes.start("broken", command, ready_url=f"http://127.0.0.1:{free_port()}/")
    assert "no reason to live" in str(failed.value)


def test_nothing_of_the_developers_environment_reaches_it(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSESSMENT_DATABASE_URL", "the developer's own")
    child = processes.start("printer", (sys.executable, "-c", "import os; print(sorted(os.environ))"), {"TOLD": "yes"})
    assert child.wait(120) == 0
    assert "TOLD" in child.log
    assert "ASSESSMENT_DATABASE_URL" not in child.log
