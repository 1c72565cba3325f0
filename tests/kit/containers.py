"""The same two servers in containers, with the ports of a server that keeps them over a restart."""

import time
from collections.abc import Callable
from typing import Any

from testcontainers.core.container import DockerContainer

from embedded.nats_probe import jetstream_answers
from embedded.ports import free_port

POSTGRES_IMAGE = "postgres:18"
NATS_IMAGE = "nats:2.15"
PASSWORD = "for-a-test"
START_SECONDS = 60.0


class ContainerServer:
    """One container, made at the first start, removed by `discard`."""

    def __init__(self, container: DockerContainer, inner_port: int) -> None:
        self.port = free_port()
        ports: dict[str, Any] = container.ports  # the library's own method knows no address, only a port
        ports[f"{inner_port}/tcp"] = ("127.0.0.1", self.port)
        self._description = container
        self._made: Any = None  # docker's library has no types

    def start(self) -> None:
        if self._made is None:
            self._made = self._description.start().get_wrapped_container()
        else:
            self._made.start()
        _wait_until(self.answers, self.log)

    def stop(self) -> object:
        self._container.stop(timeout=30)
        return self._state()["ExitCode"]

    def kill(self) -> None:
        if self._state()["Running"]:
            self._container.kill()
            self._container.wait()

    def pause(self) -> None:
        self._container.pause()

    def resume(self) -> None:
        if self._state()["Paused"]:
            self._container.unpause()

    def discard(self) -> None:
        if self._made is not None:
            self._description.stop()

    def log(self) -> str:
        return str(self._container.logs(tail=20), "utf-8", "replace")

    def answers(self) -> bool:
        raise NotImplementedError

    def run(self, command: list[str], environment: dict[str, str]) -> str:
        code, output = self._container.exec_run(command, environment=environment)
        assert code == 0, output.decode(errors="replace")
        return str(output, "utf-8")

    @property
    def _container(self) -> Any:
        assert self._made is not None, "the container was not started"
        return self._made

    def _state(self) -> dict[str, Any]:
        self._container.reload()
        return dict(self._container.attrs["State"])


class ContainerPostgres(ContainerServer):
    def __init__(self) -> None:
        container = DockerContainer(POSTGRES_IMAGE, command="postgres -c max_connections=200")
        super().__init__(container.with_env("POSTGRES_PASSWORD", PASSWORD), 5432)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> str:
        # over the network, since the image serves its socket while it is still being set up
        server = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-d", database]
        answer = self.run(
            [*server, "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", statement], {"PGPASSWORD": PASSWORD}
        )
        return answer.removesuffix("\n")

    def answers(self) -> bool:
        try:
            return self.execute("SELECT 1") == "1"
        except AssertionError:
            return False


class ContainerNats(ContainerServer):
    def __init__(self) -> None:
        super().__init__(
            DockerContainer(NATS_IMAGE, command=f"--jetstream --store_dir /data --user test --pass {PASSWORD}"), 4222
        )

    @property
    def url(self) -> str:
        return f"nats://test:{PASSWORD}@127.0.0.1:{self.port}"

    def answers(self) -> bool:
        return jetstream_answers(self.port, "test", PASSWORD)


def _wait_until(ready: Callable[[], bool], log: Callable[[], str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < deadline, f"the container did not answer; its log ends with\n{log()}"
        time.sleep(0.05)
