"""Real processes of a test: started, awaited, killed, paused, and gone at its end whatever happens."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.child import Child, Launch
from embedded.failures import ServerFailed
from embedded.health import answers_ok

READY_SECONDS = 120.0
# What a service of ours is told by its starter only, so that nothing of the developer's leaks into a test.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


@dataclass(slots=True)
class Processes:
    """`start` returns a Child, which has `pid`, `log`, `exit_code`, `stop`, `kill`, `pause`, `resume` and `wait`."""

    directory: Path
    started: list[Child]

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        ready_url: str | None = None,
        timeout_seconds: float = READY_SECONDS,
    ) -> Child:
        """Returns when the address answers 200, at once without one. Raises ServerFailed with the log's end."""
        kept = {variable: os.environ[variable] for variable in KEPT_VARIABLES if variable in os.environ}
        launch = Launch(
            name=name,
            command=tuple(command),
            log_file=self.directory / f"{name}.log",
            environment={**kept, **(environment or {})},
            working_directory=self.directory,
        )
        child = Child.start(launch)
        self.started.append(child)
        if ready_url is not None:
            child.wait_until(lambda: answers_ok(ready_url), timeout_seconds=timeout_seconds)
        return child

    def python(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None, timeout_seconds: float = 300.0
    ) -> str:
        """Runs `python -m module arguments` to its end and returns what it printed. Raises ServerFailed if it fails."""
        child = self.start(module, (sys.executable, "-m", module, *arguments), environment)
        if child.wait(timeout_seconds) != 0:
            raise ServerFailed(module, f"exit code {child.exit_code}", child.log)
        return child.log

    def kill_all(self) -> None:
        for child in reversed(self.started):
            child.kill()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path, [])
    yield found
    found.kill_all()
