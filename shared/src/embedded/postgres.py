"""PostgreSQL 18 as a child process: durable settings, passwords checked, 127.0.0.1 only, also under root."""

import dataclasses
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from embedded.account import Account, account_for, give
from embedded.child import Child, Launch
from embedded.claim import claim
from embedded.failures import ServerFailed
from embedded.ports import free_port
from embedded.programs import postgres_programs

SUPERUSER = "postgres"
START_SECONDS = 60.0
CLAIM_SECONDS = 15.0
STATEMENT_SECONDS = 60.0
PROBE_SECONDS = 2
CONNECT_SECONDS = 30
# Durability as PostgreSQL ships it, said aloud. The log is terse and names no statement: values are personal.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
# Nothing of the caller's: PG* variables would redirect the programs.
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


class PostgresServer:
    """A server and its data below one directory: `start`, `stop`, `kill`, `pause`, `resume`, `url`, `execute`.

    `directory` comes to hold data/, server.log and lock. A free port is chosen once, when the object is
    made. The password counts at the first start, which makes the data; later starts keep what the data has.
    """

    def __init__(
        self,
        directory: Path,
        *,
        password: str,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        log_file: Path | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.log_file = log_file or self.directory / "server.log"
        self.port = free_port() if port is None else port
        self._password = password
        self._settings = {**SETTINGS, **(settings or {})}
        self._child: Child | None = None

    def url(self, database: str = "postgres") -> str:
        return self.url_of(SUPERUSER, self._password, database)

    def url_of(self, login: str, password: str, database: str) -> str:
        return f"postgresql://{login}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    @property
    def child(self) -> Child:
        assert self._child is not None, "the server was not started"
        return self._child

    def start(self, timeout_seconds: float = START_SECONDS) -> None:
        """Returns when the server answers a query. Raises ServerFailed or DirectoryInUse."""
        self.directory.mkdir(parents=True, exist_ok=True)
        account = account_for(self.directory / "data")
        if account is not None:
            self.directory.chmod(0o711)  # the account passes through, and finds only what is its own
        with claim(self.directory, timeout_seconds=CLAIM_SECONDS, holder="a PostgreSQL server") as lock:
            if not (self.directory / "data").exists():
                self._make_data(account, lock)
            # whoever it names is gone: the claim says so
            (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)
            self._child = self._serve(account, lock)
        try:
            self._child.wait_until(self._answers, timeout_seconds=timeout_seconds)
        except ServerFailed:
            self._child.kill()
            raise

    def stop(self) -> int:
        """Ends sessions, writes a checkpoint, exits: a clean stop."""
        return 0 if self._child is None else self._child.stop()

    def kill(self) -> None:
        """SIGKILL to the server and all its processes: what a crash leaves is what the next start finds."""
        self.child.kill()

    def pause(self) -> None:
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def execute(self, statement: str, database: str = "postgres") -> str:
        """The statement's rows as psql prints them unaligned. Raises ServerFailed with psql's message."""
        answer = self._ask(statement, database, CONNECT_SECONDS)
        if answer.returncode != 0:
            raise ServerFailed("postgresql", answer.stderr.strip())
        return answer.stdout.removesuffix("\n")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_data(self, account: Account | None, lock: int) -> None:
        """Made beside and renamed, so that an interrupted initdb leaves nothing that looks like data."""
        unfinished = self.directory / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        give(unfinished, account)
        with tempfile.NamedTemporaryFile("w", dir=self.directory) as password:
            password.write(self._password)
            password.flush()
            give(Path(password.name), account)
            options = (
                f"--username={SUPERUSER} --auth=scram-sha-256 --data-checksums --encoding=UTF8 --locale=C "
                "--locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions"
            ).split()
            command = self._command("initdb", account, unfinished, *options, f"--pwfile=../{Path(password.name).name}")
            launch = self._launch("postgresql initdb", command, account, unfinished)
            child = Child.start(dataclasses.replace(launch, inherited=(lock,)))
            if child.finish(START_SECONDS) != 0:
                raise child.failed("initdb could not make the data directory")
        unfinished.rename(self.directory / "data")

    def _serve(self, account: Account | None, lock: int) -> Child:
        data = self.directory / "data"
        settings = (f"--{name}={value}" for name, value in {**self._settings, "port": str(self.port)}.items())
        launch = self._launch("postgresql", self._command("postgres", account, data, *settings), account, data)
        return Child.start(
            dataclasses.replace(launch, inherited=(lock,), stop_signal=signal.SIGINT, death_signal=signal.SIGQUIT)
        )

    def _command(self, program: str, account: Account | None, data: Path, *options: str) -> tuple[str, ...]:
        # Root may have put the data where the account can't walk to: it then stands there already.
        named = str(data) if account is None else "/proc/self/cwd"
        return (str(self._programs(account) / program), "-D", named, *options)

    def _launch(self, name: str, command: tuple[str, ...], account: Account | None, directory: Path) -> Launch:
        return Launch(
            name=name,
            command=command,
            log_file=self.log_file,
            environment=ENVIRONMENT,
            working_directory=directory,
            account=account,
        )

    @staticmethod
    def _programs(account: Account | None) -> Path:
        return postgres_programs(for_another_account=account is not None)

    def _answers(self) -> bool:
        return self._ask("SELECT 1", "postgres", PROBE_SECONDS).returncode == 0

    def _ask(self, statement: str, database: str, connect_seconds: int) -> subprocess.CompletedProcess[str]:
        server = ("--host=127.0.0.1", f"--port={self.port}", f"--username={SUPERUSER}", f"--dbname={database}")
        form = ("--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
        return subprocess.run(  # noqa: S603 - the program is the wheel's
            [str(self._programs(None) / "psql"), *server, *form, f"--command={statement}"],
            env={**ENVIRONMENT, "PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": str(connect_seconds)},
            capture_output=True,
            text=True,
            check=False,
            timeout=STATEMENT_SECONDS,
        )
