"""`eventrail verify` as a process: files, a running server, the stream, a checkpoint, and each of them wrong."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eventrail.exit_codes import ExitCode
from tests.integration.eventrail.cli_logs import flip, lines, segments, write_log
from tests.integration.eventrail.copies import on_jetstream
from tests.integration.eventrail.publishing import append_many, published, served
from tests.integration.eventrail.shell import Eventrail
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import ADMIN_TOKEN, start_eventrail


@pytest.fixture
def eventrail() -> Eventrail:
    return Eventrail()


def test_files_are_verified_by_several_processes_as_by_one(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path)
    one = eventrail("verify", tmp_path, "--json", "--processes", "1").json
    two = eventrail("verify", tmp_path, "--json", "--processes", "2").json
    assert (one["sound"], one["head"], one["appends"], one["segments"] > 2) == (True, 60, 40, True)
    timed = ("seconds", "bytes_per_second")
    assert {name: one[name] for name in one if name not in timed} == {
        name: two[name] for name in two if name not in timed
    }
    for path in (segments(tmp_path)[0], segments(tmp_path)[-1]):
        flip(path)
    for processes in ("1", "2"):
        done = eventrail("verify", tmp_path, "--json", "--processes", processes)
        assert done.code == ExitCode.DAMAGED
        places = [(Path(place["file"]), place["offset"] <= 300) for place in done.json["damages"]]
        assert places == [(segments(tmp_path)[0], True), (segments(tmp_path)[-1], True)]


def test_the_index_is_looked_at_and_its_damage_is_no_damage_to_the_log(
    processes: Processes, tmp_path: Path, eventrail: Eventrail
) -> None:
    write_log(tmp_path / "log")
    start_eventrail(processes, tmp_path / "log").child.stop()
    whole = eventrail("verify", tmp_path / "log", "--json").json
    assert whole["index_files"] == whole["segments"] - 1
    one, two, *_ = sorted((tmp_path / "log" / "index").glob("*.index"))
    flip(one, -1)
    two.unlink()
    done = eventrail("verify", tmp_path / "log", "--json")
    assert (done.code, done.json["sound"]) == (ExitCode.OK, True)
    assert (done.json["index_damaged"], done.json["index_missing"]) == ([one.name], [two.name])
    assert b"1 files are damaged and 1 missing" in eventrail("verify", tmp_path / "log").out


def test_a_running_server_its_files_and_its_stream_agree(
    processes: Processes, tmp_path: Path, nats: Messages, eventrail: Eventrail
) -> None:
    write_log(tmp_path / "log")
    service, web = served(processes, tmp_path / "log", nats)
    append_many(web, 20)
    eventually(lambda: published(web), "the stream has the log")
    told = Eventrail(service.url)
    both = told("verify", tmp_path / "log", "--url", service.url, "--nats", nats.url, "--json")
    assert (both.code, both.json["sound"], both.json["compared"]) == (0, True, ["server", "stream"])
    alone = told("verify", "--url", service.url, "--json").json
    assert (alone["head"], alone["bytes"]) == (80, len(lines(tmp_path / "log").rstrip(b"\0")))
    assert alone["head_hash"] == web.get("/stats").json["head_hash"]
    write_log(tmp_path / "other", 50)
    done = told("verify", tmp_path / "other", "--url", service.url)
    assert done.code == ExitCode.DIFFERENT
    assert b"it serves the log" in done.out


def test_the_servers_word_counts_for_what_the_files_do_not_prove_yet(
    processes: Processes, tmp_path: Path, eventrail: Eventrail
) -> None:
    write_log(tmp_path / "log")
    service = start_eventrail(processes, tmp_path / "log")
    append_many(Web(service.url), 20)
    head = tmp_path / "log" / "head.json"
    eventually(lambda: json.loads(head.read_bytes())["position"] == 80, "the log has fallen idle")
    head.unlink()  # as in the moment after an append
    assert eventrail("export", "--directory", tmp_path / "log").out.count(b"\n") < 80
    done = Eventrail(service.url)("verify", tmp_path / "log", "--url", service.url, "--json")
    assert (done.code, done.json["head"], done.json["differences"]) == (ExitCode.OK, 80, [])


def test_a_stream_with_another_message_is_told(
    processes: Processes, tmp_path: Path, nats: Messages, eventrail: Eventrail
) -> None:
    write_log(tmp_path / "log")
    assert b"there is none" in eventrail("verify", tmp_path / "log", "--nats", nats.url).out
    service, web = served(processes, tmp_path / "log", nats)
    eventually(lambda: published(web), "the stream has the log")
    assert service.child.stop() == 0
    write_log(tmp_path / "log", 1, first=100)
    behind = eventrail("verify", tmp_path / "log", "--nats", nats.url, "--json")
    assert behind.code == ExitCode.DIFFERENT
    assert behind.json["differences"] == ["stream: position 61 is not in the stream"]
    on_jetstream(nats.url, lambda jetstream: jetstream.publish("eventrail.events.-.a.b", b"strange"))
    other = eventrail("verify", tmp_path / "log", "--nats", nats.url)
    assert b"position 61 has other bytes in the stream" in other.out


def test_a_checkpoint_proves_the_history_and_finds_a_rewritten_log(
    processes: Processes, tmp_path: Path, eventrail: Eventrail
) -> None:
    write_log(tmp_path / "log")
    service = start_eventrail(processes, tmp_path / "log")
    web = Web(service.url)
    (tmp_path / "checkpoint.json").write_bytes(web.get("/checkpoint").body)
    (tmp_path / "key.pem").write_bytes(web.get("/checkpoint/key").body)
    web.append({"events": [{"data": "later"}]})
    proof = ("--checkpoint", tmp_path / "checkpoint.json", "--public-key", tmp_path / "key.pem")
    assert Eventrail(service.url)("verify", "--url", service.url, *proof).code == 0
    assert service.child.stop() == 0
    sound = eventrail("verify", tmp_path / "log", *proof, "--json")
    assert (sound.code, sound.json["compared"]) == (0, ["checkpoint"])
    write_log(tmp_path / "rewritten", 41)
    (tmp_path / "rewritten" / "log.json").write_bytes((tmp_path / "log" / "log.json").read_bytes())
    write_log(tmp_path / "shorter", 3)
    for rewritten in ("rewritten", "shorter"):
        done = eventrail("verify", tmp_path / rewritten, *proof)
        assert done.code in (ExitCode.DIFFERENT, ExitCode.DAMAGED)
    forged = json.loads((tmp_path / "checkpoint.json").read_text()) | {"position": 59}
    (tmp_path / "checkpoint.json").write_text(json.dumps(forged))
    done = eventrail("verify", tmp_path / "log", *proof)
    assert done.code == ExitCode.DIFFERENT
    assert b"the signature is not of this checkpoint" in done.out
    (tmp_path / "key.pem").write_text("no key")
    assert eventrail("verify", tmp_path / "log", *proof).code == ExitCode.USAGE
    (tmp_path / "checkpoint.json").write_text("{}")
    assert eventrail("verify", tmp_path / "log", *proof).code == ExitCode.USAGE


class LyingServer(HTTPServer):
    """Serves the lines that it is given, whatever they are."""

    pages: bytes = b""
    stats: dict[str, Any]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, LyingServer)
        body = json.dumps(server.stats).encode() if self.path == "/stats" else server.pages
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name for it
        pass


@pytest.fixture
def lying() -> Iterator[LyingServer]:
    server = LyingServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_lies_is_told(tmp_path: Path, lying: LyingServer) -> None:
    write_log(tmp_path / "log")
    verdict = Eventrail()("verify", tmp_path / "log", "--json").json
    stats = {
        "log_id": verdict["log_id"],
        "head": verdict["head"],
        "head_hash": verdict["head_hash"],
        "events": verdict["head"],
    }
    stored = lines(tmp_path / "log")
    url = f"http://127.0.0.1:{lying.server_port}"
    eventrail = Eventrail(url, ADMIN_TOKEN)
    for changes, pages, said in (
        ({}, stored, b"SOUND"),
        ({}, stored.replace(b'"data":3,', b'"data":4,'), b"the hash does not close"),
        ({}, b"".join(stored.splitlines(keepends=True)[1:]), b"position 2 stands where 1 belongs"),
        ({"head_hash": "0" * 64}, stored, b"another hash at position 60"),
        ({"events": 59}, stored, b"counts 59 events"),
        ({"head": 61, "events": 61}, b"", b"gives nothing behind position 0"),
    ):
        lying.stats, lying.pages = stats | changes, pages
        done = eventrail("verify", "--url", url)
        assert said in done.out
        assert done.code == (0 if said == b"SOUND" else ExitCode.DIFFERENT)


def test_what_can_not_be_asked_is_one_line(tmp_path: Path, eventrail: Eventrail) -> None:
    write_log(tmp_path / "log", 3)
    assert eventrail("verify").code == ExitCode.USAGE
    assert eventrail("verify", "--url", "http://127.0.0.1:1").code == ExitCode.UNREACHABLE
    assert eventrail("verify", tmp_path / "log", "--nats", "nats://127.0.0.1:1").code == ExitCode.UNREACHABLE
    missing = eventrail("verify", tmp_path / "log", "--checkpoint", tmp_path / "nowhere")
    assert missing.code == ExitCode.FAILED
    assert b"No such file" in missing.err
