"""The command line as a process: what it prints, how it ends, and that a failure is one line."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kit.services import ADMIN_TOKEN

COMMAND = (sys.executable, "-m", "eventrail")
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: bytes
    err: bytes

    @property
    def json(self) -> Any:
        """The one object on the one line."""
        assert self.out.count(b"\n") == 1, self.out
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Eventrail:
    """`url` is told by the environment, as an operator's shell would have it."""

    url: str = ""
    token: str = ADMIN_TOKEN
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path, given: bytes = b"", before: Callable[[], None] | None = None) -> Done:
        done = subprocess.run(
            [*COMMAND, *map(str, arguments)],
            input=given,
            # Under a limit, Python would write half a file of bytecode, and every later import would find it.
            env=self.told() | ({"PYTHONDONTWRITEBYTECODE": "1"} if before else {}),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            preexec_fn=before,
        )
        assert b"Traceback" not in done.stderr, done.stderr
        assert done.stderr.count(b"\n") <= 1, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=self.told(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def told(self) -> dict[str, str]:
        own = {"EVENTRAIL_URL": self.url, "EVENTRAIL_TOKEN": self.token} if self.url else {}
        return {"PATH": os.environ["PATH"], **own, **self.environment}


def small_files(limit_bytes: int) -> Callable[[], None]:
    """Run in a child before its program: no file may grow over the limit, as if the disk were full."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    return limit
