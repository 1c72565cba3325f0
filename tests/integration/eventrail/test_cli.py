"""The command line as a person or a script meets it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from eventrail.exit_codes import ExitCode
from tests.integration.eventrail.web import Web, eventually, new_id, new_tag
from tests.kit.processes import Processes
from tests.kit.services import ADMIN_TOKEN, READ_TOKEN, Service, start_eventrail

COMMAND = (sys.executable, "-m", "eventrail")


@dataclass(frozen=True, slots=True)
class Shell:
    url: str

    def run(
        self, *arguments: str, given: bytes = b"", token: str = ADMIN_TOKEN
    ) -> "subprocess.CompletedProcess[bytes]":
        done = subprocess.run(
            [*COMMAND, *arguments], input=given, env=self.told(token), capture_output=True, timeout=300, check=False
        )
        assert b"Traceback" not in done.stderr, done.stderr
        assert done.stderr.count(b"\n") <= 1, "an error is one line"
        return done

    def told(self, token: str = ADMIN_TOKEN) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "EVENTRAIL_URL": self.url, "EVENTRAIL_TOKEN": token}


@pytest.fixture(scope="module")
def shell(service: Service) -> Shell:
    return Shell(service.url)


def lines(output: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_append_takes_one_document(shell: Shell, web: Web) -> None:
    tag, event_id = new_tag(), new_id()
    arguments = ("append", "--data", '{"a": "🌍"}', "--type", "a.b", "--tag", tag, "--tag", "c:d", "--id", event_id)
    done = shell.run(*arguments)
    assert (done.returncode, lines(done.stdout)[0]["replayed"]) == (0, False)
    event = web.get(f"/events/{event_id}").json
    assert (event["data"], event["type"], event["tags"]) == ({"a": "🌍"}, "a.b", [tag, "c:d"])
    assert lines(shell.run(*arguments).stdout)[0]["replayed"] is True


def test_append_takes_ndjson_from_standard_input(shell: Shell, web: Web) -> None:
    tag = new_tag()
    given = b"".join(b'{"n": %d}\r\n\n' % number for number in range(2_500))
    done = shell.run("append", "--tag", tag, given=given)
    assert done.returncode == 0
    positions = [result["first"] for result in lines(done.stdout)]
    assert len(positions) == 2_500
    stored = web.get("/events", [("tag", tag), ("limit", 10_000)]).lines
    assert [(event["position"], event["data"]["n"]) for event in stored] == list(
        zip(positions, range(2_500), strict=True)
    )


def test_append_stops_behind_a_line_that_is_refused(shell: Shell) -> None:
    done = shell.run("append", given=b"1\nnonsense\n")
    assert done.returncode == ExitCode.REFUSED
    assert "status" in lines(done.stdout)[1]
    assert b"1 of 2 lines" in done.stderr


def test_read_and_tail_print_the_stored_lines(shell: Shell, web: Web) -> None:
    tag = new_tag()
    first = web.append({"events": [{"data": n, "tags": [tag], "type": f"t.{n % 2}"} for n in range(25)]}).json["first"]
    stored = web.get("/events", [("tag", tag)]).body.splitlines(keepends=True)
    assert shell.run("read", "--tag", tag).stdout == b"".join(stored)
    assert shell.run("read", "--tag", tag, "--type", "t.1").stdout == b"".join(stored[1::2])
    assert shell.run("read", "--after", str(first + 3), "--limit", "2").stdout == b"".join(stored[4:6])
    assert shell.run("read", json.loads(stored[7])["id"]).stdout == stored[7]
    assert shell.run("tail", "--tag", tag).stdout == b"".join(stored[-10:])
    assert shell.run("tail", "--tag", tag, "-n", "3").stdout == b"".join(stored[-3:])
    assert shell.run("tail", "--tag", tag, "--after", str(first + 19)).stdout == b"".join(stored[20:])


def test_read_goes_over_the_borders_of_pages(shell: Shell, web: Web) -> None:
    web.append_lines([{"events": [{"data": n} for n in range(1_000)]} for _ in range(11)])
    assert shell.run("read").stdout.count(b"\n") == web.head
    assert shell.run("read", "--limit", "10500").stdout.count(b"\n") == 10_500


def test_tail_follows_what_comes(shell: Shell, web: Web, processes: Processes) -> None:
    tag = new_tag()
    web.event(b'"old"', [("tag", tag)])
    child = processes.start("tail", (*COMMAND, "tail", "-f", "--tag", tag), shell.told())
    eventually(lambda: '"old"' in child.log, "the old event")
    web.event(b'"new"', [("tag", tag)])
    eventually(lambda: child.log.count("\n") == 2, "the new event")
    assert [event["data"] for event in lines(child.log.encode())] == ["old", "new"]


def test_stats_are_readable_json(shell: Shell, web: Web) -> None:
    assert json.loads(shell.run("stats").stdout)["log_id"] == web.get("/stats").json["log_id"]


def test_a_reader_that_has_enough_is_no_error(shell: Shell, web: Web) -> None:
    web.append_lines([{"events": [{"data": "x" * 200} for _ in range(1_000)]} for _ in range(3)])
    command = f"'{sys.executable}' -m eventrail read | head -c 10; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], env=shell.told(), capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{"position', b"")


@pytest.mark.parametrize(
    ("arguments", "token", "code"),
    [
        (("append", "--data", "{"), ADMIN_TOKEN, ExitCode.REFUSED),
        (("append", "--data", "1", "--type", "Upper"), ADMIN_TOKEN, ExitCode.REFUSED),
        (("append", "--data", "1"), READ_TOKEN, ExitCode.REFUSED),
        (("append", "--id", "1"), ADMIN_TOKEN, ExitCode.REFUSED),
        (("stats",), "unknown", ExitCode.REFUSED),
        (("read", "nothing"), ADMIN_TOKEN, ExitCode.REFUSED),
        (("stats", "--url", "http://127.0.0.1:1"), ADMIN_TOKEN, ExitCode.UNREACHABLE),
        (("stats", "--url", "nonsense"), ADMIN_TOKEN, ExitCode.UNREACHABLE),
    ],
)
def test_failures_are_one_line_and_a_code(shell: Shell, arguments: tuple[str, ...], token: str, code: ExitCode) -> None:
    done = shell.run(*arguments, token=token)
    assert done.returncode == code
    assert done.stderr.startswith(b"eventrail: ")


def test_a_command_line_that_is_none_is_usage() -> None:
    for arguments in ((), ("surprise",), ("tail", "-n", "x")):
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=300, check=False)
        assert done.returncode == ExitCode.USAGE


@pytest.fixture
def stopped_log(processes: Processes, tmp_path: Path) -> Path:
    service = start_eventrail(processes, tmp_path / "log")
    Web(service.url).append({"events": [{"data": "🌍"}, {"data": 2}]})
    assert service.child.stop() == 0
    return tmp_path / "log"


def test_verify_gives_a_verdict_and_finds_damage(shell: Shell, stopped_log: Path) -> None:
    head = json.loads((stopped_log / "head.json").read_text())
    sound = shell.run("verify", str(stopped_log))
    assert (sound.returncode, sound.stdout.count(b"\n")) == (0, 1)
    assert sound.stdout.startswith(f"SOUND head 2 {head['hash']}".encode())
    verdict = lines(shell.run("verify", "--json", str(stopped_log)).stdout)[0]
    assert (verdict["sound"], verdict["head"], verdict["head_hash"], verdict["damage"]) == (True, 2, head["hash"], None)
    segment = next((stopped_log / "segments").iterdir())
    segment.write_bytes(segment.read_bytes().replace(b'"data":2', b'"data":3'))
    damaged = shell.run("verify", str(stopped_log))
    assert damaged.returncode == ExitCode.DAMAGED
    assert damaged.stdout.startswith(b"DAMAGED ")
    assert segment.name.encode() in damaged.stdout
    assert lines(shell.run("verify", "--json", str(stopped_log)).stdout)[0]["sound"] is False
    assert shell.run("verify", str(stopped_log / "nowhere")).returncode == ExitCode.DAMAGED
