"""NATS from its wheel: JetStream on files, guarded by a password, and there again after any end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.failures import DirectoryInUse, ServerFailed
from embedded.nats import NatsServer
from embedded.nats_probe import jetstream_answers
from tests.kit.nats_streams import on_jetstream

PASSWORD = "pass-word_u~"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path / "server", password=PASSWORD) as running:
        yield running


async def publish(server: NatsServer, payload: bytes) -> int:
    async with on_jetstream(server.url) as jetstream:
        await jetstream.add_stream(name="kept", subjects=["kept.>"])
        return (await jetstream.publish("kept.one", payload)).seq


async def payloads(server: NatsServer) -> list[bytes]:
    async with on_jetstream(server.url) as jetstream:
        last = (await jetstream.stream_info("kept")).state.last_seq
        return [(await jetstream.get_msg("kept", sequence)).data or b"" for sequence in range(1, last + 1)]


async def test_what_was_published_is_there_after_kill_on_the_same_port(server: NatsServer) -> None:
    for sequence in range(1, 4):
        assert await publish(server, f"round {sequence} 🌍".encode()) == sequence
        server.kill()
        assert not jetstream_answers(server.port, "eventrail", PASSWORD)
        server.start()
    assert await payloads(server) == ["round 1 🌍".encode(), "round 2 🌍".encode(), "round 3 🌍".encode()]


async def test_a_stop_keeps_the_data(server: NatsServer) -> None:
    await publish(server, b"kept")
    assert server.stop() == 0
    server.start()
    assert await payloads(server) == [b"kept"]


def test_another_password_gets_no_answer(server: NatsServer) -> None:
    assert not jetstream_answers(server.port, "eventrail", "guess")
    assert "authentication error" in server.child.log
    server.child.wait_until(lambda: jetstream_answers(server.port, "eventrail", PASSWORD), timeout_seconds=120)


def test_the_password_is_in_no_file_that_others_read(server: NatsServer) -> None:
    readable = [path for path in server.directory.rglob("*") if path.is_file() and path.stat().st_mode & 0o044]
    assert server.log_file in readable, "the check looks at the log"
    assert not [path for path in readable if PASSWORD in path.read_text(errors="replace")]


def test_a_second_server_on_the_same_data_is_refused(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.nats.CLAIM_SECONDS", 0.1)
    with pytest.raises(DirectoryInUse, match="in use by a NATS server"):
        NatsServer(server.directory, password=PASSWORD).start()
    server.child.wait_until(lambda: jetstream_answers(server.port, "eventrail", PASSWORD), timeout_seconds=120)


def test_a_paused_server_does_not_answer_and_a_resumed_one_does(server: NatsServer) -> None:
    server.pause()
    assert not jetstream_answers(server.port, "eventrail", PASSWORD)
    server.resume()
    server.child.wait_until(lambda: jetstream_answers(server.port, "eventrail", PASSWORD), timeout_seconds=120)


def test_a_start_that_fails_shows_the_end_of_the_log(server: NatsServer, tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="ended with exit code 1 before it was ready") as failed:
        NatsServer(tmp_path / "other", password="other", port=server.port).start()
    assert "address already in use" in str(failed.value)
