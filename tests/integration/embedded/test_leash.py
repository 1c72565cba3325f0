"""No server outlives the process that started it, and the claim on its directory outlives no server."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from embedded.child import Child, Launch
from embedded.claim import claim
from embedded.failures import DirectoryInUse, ServerFailed
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer
from tests.kit.processes import Processes

PARENT = """
import sys, time
from pathlib import Path
from embedded.nats import NatsServer
from embedded.postgres import PostgresServer
directory = Path(sys.argv[1])
postgres, nats = PostgresServer(directory / "postgres", password="x"), NatsServer(directory / "nats", password="x")
postgres.start()
nats.start()
print(postgres.child.pid, nats.child.pid, flush=True)
time.sleep(600)
"""


def eventually(happened: Callable[[], bool], seconds: float = 120.0) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happened()


def ended(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def sleeper(tmp_path: Path, code: str, *inherited: int) -> Child:
    command = (sys.executable, "-c", code)
    return Child.start(Launch("sleeper", command, tmp_path / "sleeper.log", {}, tmp_path, inherited=inherited))


def test_servers_of_a_killed_parent_end_and_their_data_is_free(processes: Processes, tmp_path: Path) -> None:
    parent = processes.start("parent", (sys.executable, "-c", PARENT, str(tmp_path)))
    parent.wait_until(lambda: parent.log.endswith("\n"), timeout_seconds=240)
    server_pids = [int(pid) for pid in parent.log.split()]
    assert not any(ended(pid) for pid in server_pids)
    os.kill(parent.pid, signal.SIGKILL)  # the parent alone, unlike Child.kill
    assert eventually(lambda: all(ended(pid) for pid in server_pids))
    with (
        PostgresServer(tmp_path / "postgres", password="x") as postgres,
        NatsServer(tmp_path / "nats", password="x") as nats,
    ):
        assert postgres.execute("SELECT 1") == "1"
        assert nats.child.exit_code is None


def test_a_child_lives_on_when_the_thread_that_started_it_ends(tmp_path: Path) -> None:
    found: list[Child] = []
    thread = threading.Thread(target=lambda: found.append(sleeper(tmp_path, "import time; time.sleep(600)")))
    thread.start()
    thread.join()
    [child] = found
    with pytest.raises(ServerFailed, match=r"still runs after 0\.3 s"):
        child.wait(0.3)
    child.kill()
    assert child.exit_code == -signal.SIGKILL


def test_kill_ends_the_children_of_the_child(tmp_path: Path) -> None:
    code = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"
    child = Child.start(
        Launch("family", (sys.executable, "-c", code), tmp_path / "log", {"PATH": os.environ["PATH"]}, tmp_path)
    )
    child.wait_until(lambda: child.log.endswith("\n"), timeout_seconds=120)
    grandchild = int(child.log)
    assert not ended(grandchild)
    child.kill()
    assert eventually(lambda: ended(grandchild))


def test_the_claim_lasts_as_long_as_a_process_that_inherited_it(tmp_path: Path) -> None:
    with claim(tmp_path, timeout_seconds=0, holder="the first") as lock:
        child = sleeper(tmp_path, "import time; time.sleep(600)", lock)
    with pytest.raises(DirectoryInUse, match="in use by the first"), claim(tmp_path, timeout_seconds=0.1):
        pass
    child.kill()
    with claim(tmp_path, timeout_seconds=120) as lock:
        assert lock > 0


def test_a_child_that_ignores_the_request_to_end_is_ended(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    child = sleeper(tmp_path, code)
    child.wait_until(lambda: "deaf" in child.log, timeout_seconds=120)
    assert child.stop(timeout_seconds=0.2) == -signal.SIGKILL


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    child = Child.start(Launch("missing", ("/no/such/program",), tmp_path / "log", {}, tmp_path))
    assert child.wait(120) == 126
    assert "/no/such/program cannot be executed: No such file or directory" in child.log
    with pytest.raises(ServerFailed, match="ended with exit code 126 before it was ready"):
        child.wait_until(lambda: False, timeout_seconds=5)
