"""PostgreSQL from its wheel: durable, guarded by a password, and there again after any end."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.failures import DirectoryInUse, ServerFailed
from embedded.postgres import PostgresServer

PASSWORD = "pass'word ü/@:"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path_factory.mktemp("postgres") / "server", password=PASSWORD) as running:
        yield running


@pytest.fixture
def server(made: PostgresServer) -> PostgresServer:
    """At work, whatever the test before has done to it."""
    if made.child.exit_code is not None:
        made.start()
    made.resume()
    return made


def test_settings(server: PostgresServer) -> None:
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "password_encryption": "scram-sha-256",
        "log_error_verbosity": "terse",
    }
    assert {setting: server.execute(f"SHOW {setting}") for setting in expected} == expected


def test_it_is_postgresql_18_and_sorts_by_code_point(server: PostgresServer) -> None:
    assert server.execute("SHOW server_version").startswith("18.")
    letters = "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['b', 'B', 'ä', 'a', '🌍']) x"
    assert server.execute(letters) == "Babä🌍"
    assert server.execute("SELECT lower('ÄÖ')") == "äö"


def test_no_process_of_it_is_root(server: PostgresServer) -> None:
    owner = Path(f"/proc/{server.child.pid}").stat().st_uid
    assert owner != 0
    assert (server.directory / "data").stat().st_uid == owner


def test_a_wrong_password_is_refused(server: PostgresServer) -> None:
    stranger = PostgresServer(server.directory, password="guess", port=server.port)
    with pytest.raises(ServerFailed, match="password authentication failed"):
        stranger.execute("SELECT 1")
    assert server.execute("SELECT 1") == "1"


def test_what_was_committed_is_there_after_kill_on_the_same_port(server: PostgresServer) -> None:
    server.execute("CREATE TABLE kept (text text)")
    for round_number in range(3):
        server.execute(f"INSERT INTO kept VALUES ('round {round_number} 🌍')")
        server.kill()
        with pytest.raises(ServerFailed):
            server.execute("SELECT 1")
        server.start()
        assert server.execute("SELECT count(*) FROM kept") == str(round_number + 1)
    assert server.execute("SELECT max(text) FROM kept") == "round 2 🌍"


def test_a_clean_stop_needs_no_recovery(server: PostgresServer) -> None:
    assert server.stop() == 0
    server.start()
    assert "was shut down at" in server.child.log
    assert "automatic recovery" not in server.child.log


def test_a_crash_is_recovered_from(server: PostgresServer) -> None:
    server.kill()
    server.start()
    assert "automatic recovery" in server.child.log


def test_a_pid_file_that_names_a_living_stranger_is_no_obstacle(server: PostgresServer) -> None:
    server.kill()
    pid_file = server.directory / "data" / "postmaster.pid"
    assert pid_file.exists(), "a crash leaves the file"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    server.start()
    assert server.execute("SELECT 1") == "1"


def test_a_second_server_on_the_same_data_is_refused(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.postgres.CLAIM_SECONDS", 0.1)
    with pytest.raises(DirectoryInUse, match="in use by a PostgreSQL server"):
        PostgresServer(server.directory, password=PASSWORD).start()
    assert server.execute("SELECT 1") == "1"


def test_a_paused_server_does_not_answer_and_a_resumed_one_does(server: PostgresServer) -> None:
    server.pause()
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.settimeout(0.2)
        connection.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")  # may we use TLS?
        with pytest.raises(TimeoutError):
            connection.recv(1)
        server.resume()
        connection.settimeout(120)
        assert connection.recv(1) == b"N"


def test_a_paused_server_can_be_stopped(server: PostgresServer) -> None:
    server.pause()
    assert server.stop() == 0


def test_a_start_that_fails_shows_the_end_of_the_log(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerFailed, match="ended with exit code 1 before it was ready") as failed:
            PostgresServer(tmp_path, password=PASSWORD, port=port).start()
    assert "Address already in use" in str(failed.value)


def test_an_interrupted_initdb_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "data.unfinished").mkdir()
    (tmp_path / "data.unfinished" / "PG_VERSION").write_text("18\n")
    with PostgresServer(tmp_path, password=PASSWORD) as server:
        assert server.execute("SELECT 1") == "1"
    assert not (tmp_path / "data.unfinished").exists()


def test_neither_statement_nor_value_reaches_the_log(server: PostgresServer) -> None:
    server.execute("CREATE TABLE people (address text PRIMARY KEY); INSERT INTO people VALUES ('canary@example.org')")
    with pytest.raises(ServerFailed, match="duplicate key"):
        server.execute("INSERT INTO people VALUES ('canary@example.org')")
    assert "duplicate key" in server.child.log
    assert "canary" not in server.child.log
