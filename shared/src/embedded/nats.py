"""NATS 2.15 with JetStream as a child process: files below one directory, a password, 127.0.0.1 only."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from embedded.child import Child, Launch
from embedded.claim import claim
from embedded.failures import ServerFailed
from embedded.nats_probe import jetstream_answers
from embedded.ports import free_port
from embedded.private_file import write_private
from embedded.programs import nats_program

USER = "eventrail"
START_SECONDS = 30.0
CLAIM_SECONDS = 15.0


class NatsServer:
    """A server and its streams below one directory: `start`, `stop`, `kill`, `pause`, `resume`, `url`.

    `directory` comes to hold jetstream/, nats.json, server.log and lock. A free port is chosen once, when the object
    is made. The password is of letters, digits and `-._~`.
    """

    def __init__(
        self, directory: Path, *, password: str, port: int | None = None, log_file: Path | None = None
    ) -> None:
        self.directory = directory.absolute()
        self.log_file = log_file or self.directory / "server.log"
        self.port = free_port() if port is None else port
        assert quote(password, safe="") == password, "clients read the URL's password as it stands there"
        self._password = password
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"nats://{USER}:{self._password}@127.0.0.1:{self.port}"

    @property
    def child(self) -> Child:
        assert self._child is not None, "the server was not started"
        return self._child

    def start(self, timeout_seconds: float = START_SECONDS) -> None:
        """Returns when JetStream answers. Raises ServerFailed or DirectoryInUse."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with claim(self.directory, timeout_seconds=CLAIM_SECONDS, holder="a NATS server") as lock:
            self._write_configuration()
            launch = Launch(
                name="nats",
                command=(str(nats_program()), "--config", "nats.json"),
                log_file=self.log_file,
                environment={},
                working_directory=self.directory,
                inherited=(lock,),
            )
            self._child = Child.start(launch)
        try:
            self._child.wait_until(
                lambda: jetstream_answers(self.port, USER, self._password), timeout_seconds=timeout_seconds
            )
        except ServerFailed:
            self._child.kill()
            raise

    def stop(self) -> int:
        return 0 if self._child is None else self._child.stop()

    def kill(self) -> None:
        self.child.kill()

    def pause(self) -> None:
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write_configuration(self) -> None:
        """In a file that only its owner reads: a command line is shown to everybody."""
        configuration = {
            "server_name": "eventrail-embedded",
            "host": "127.0.0.1",
            "port": self.port,
            "jetstream": {"store_dir": "."},  # the server adds jetstream/ to it
            "authorization": {"user": USER, "password": self._password},
        }
        # the server reads JSON, but for its \\u escapes
        write_private(self.directory / "nats.json", json.dumps(configuration, ensure_ascii=False))
