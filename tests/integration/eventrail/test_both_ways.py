"""The shortcut answers as the application does: the same bytes to the same requests, and the same log after them."""

import asyncio
import gc
import os
import random
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
import uvloop

from eventrail.http.limits import APPENDS_AT_ONCE
from eventrail.http.lines import Together
from servicekit.direct import MAX_BODY_BYTES
from servicekit.direct_answer import DirectCycle
from tests.kit.both_ways import Side, both_ways
from tests.kit.logs import HastyFiles, numbered_id
from tests.kit.odd_requests import Odd, odd_requests, plain
from tests.kit.seeds import seed_of

NDJSON = b"application/x-ndjson"
SEED = seed_of("SHORTCUT_SEED", "SHORTCUT_CONNECTIONS")
CONNECTIONS = int(os.environ.get("SHORTCUT_CONNECTIONS", "400"))
PATIENT_SECONDS = 120


def on_uvloop(test: Callable[[Path], Coroutine[None, None, None]], directory: Path) -> None:
    """As in production: the transport's buffers and its order of calls are uvloop's."""
    uvloop.run(test(directory))


def test_odd_requests_are_answered_alike(tmp_path: Path) -> None:
    print(f"SHORTCUT_SEED={SEED} SHORTCUT_CONNECTIONS={CONNECTIONS}")
    on_uvloop(_compared, tmp_path)
    short, long = (_files(tmp_path / name) for name in ("short", "long"))
    assert short == long


async def _compared(directory: Path) -> None:
    async with both_ways(directory) as (short, long):
        for number, requests in enumerate(odd_requests(random.Random(SEED), CONNECTIONS)):
            await _compare(short, long, requests, f"connection {number} of seed {SEED}")
        assert short.counting is not None
        print(f"{short.counting.taken} requests taken of {short.counting.asked} that were plain")
        assert short.counting.taken, "an odd request in a row of them is taken as well"
        assert short.store.metrics.appends == long.store.metrics.appends


async def _compare(short: Side, long: Side, requests: tuple[Odd, ...], what: str) -> None:
    parts = [part for request in requests for part in request.parts()]
    said = [await side.says(parts) for side in (short, long)]
    assert said[0] == said[1], (what, [part[:600] for part in parts])


def _files(log: Path) -> list[bytes]:
    return [path.read_bytes().rstrip(b"\0") for path in sorted((log / "segments").iterdir())]


def test_an_answer_that_lacks_a_header_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the comparison."""
    monkeypatch.setattr("servicekit.direct_answer._NO_STORE", b"\r\n")

    async def compared(directory: Path) -> None:
        async with both_ways(directory) as (short, long):
            with pytest.raises(AssertionError, match="one plain append"):
                await _compare(
                    short, long, (Odd(plain(b"POST", b"/append", b'{"events":[{"data":1}]}')),), "one plain append"
                )

    on_uvloop(compared, tmp_path)


TAKEN = (
    plain(b"POST", b"/append", b'{"events":[{"data":1}]}'),
    plain(b"POST", b"/append", b'{"events":[{"data":1}]}', b"Accept: */*", b"Connection: keep-alive", b"User-Agent: a"),
    plain(b"POST", b"/append", b'{"events":[{"data":1}],"condition":{"fail_if_events_match":[{}]}}'),
    plain(b"POST", b"/append", b'{"events":[{"data":1}]}', kind=NDJSON),
    plain(b"POST", b"/append", b'{"events":[{"data":1}]}\n\n{"events":[]}\n{\r\n', kind=NDJSON),
    plain(b"POST", b"/append", b"\n".join([b"{}"] * APPENDS_AT_ONCE), kind=NDJSON),
    plain(b"POST", b"/events", b"1"),
    plain(b"POST", b"/events?type=a.b&tag=a:1", b"{}"),
    plain(b"GET", b"/events/" + numbered_id(1).encode()),
    plain(b"GET", b"/events/" + numbered_id(1).encode(), None, b"Accept: application/json"),
)


def test_plain_requests_are_taken(tmp_path: Path) -> None:
    async def counted(directory: Path) -> None:
        side = Side(directory, shortcut=True)
        async with side.serving():
            assert side.counting is not None
            stored = b'{"events":[{"data":1,"id":"%b"}]}' % numbered_id(1).encode()
            await side.says([plain(b"POST", b"/append", stored)])
            for number, raw in enumerate(TAKEN, 2):
                await side.says([raw])
                assert side.counting.taken == number, raw
            too_many = plain(b"POST", b"/append", b"\n".join([b"{}"] * (APPENDS_AT_ONCE + 1)), kind=NDJSON)
            for raw in (too_many, plain(b"POST", b"/append", b"\n \n", kind=NDJSON)):
                before = side.counting.taken
                await side.says([raw])
                assert side.counting.taken == before, raw
            for size, more in ((MAX_BODY_BYTES - 1, 1), (MAX_BODY_BYTES, 1), (MAX_BODY_BYTES + 1, 0)):
                before = side.counting.shown
                await side.says([plain(b"POST", b"/events", b"1" + b" " * (size - 1))])
                assert side.counting.shown == before + more, size

    on_uvloop(counted, tmp_path)


def test_an_answered_request_leaves_nothing_to_the_collector(tmp_path: Path) -> None:
    """Objects that lead back to themselves stay until the collector of cycles stops everything to look for them."""

    async def kept(directory: Path) -> None:
        side = Side(directory, shortcut=True)
        async with side.serving():
            assert side.counting is not None
            for raw in TAKEN:
                await side.says([raw, raw])
            assert side.counting.taken > len(TAKEN)
            assert [found for found in gc.get_objects() if isinstance(found, DirectCycle | Together)] == []

    gc.collect()
    gc.disable()
    try:
        on_uvloop(kept, tmp_path)
    finally:
        gc.enable()


class Gated(HastyFiles):
    """No sync comes back while the gate is closed."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def sync_data(self, descriptor: int) -> None:
        assert self.gate.wait(PATIENT_SECONDS), "the gate was never opened"


@pytest.mark.parametrize("shortcut", [True, False])
@pytest.mark.parametrize(
    ("kind", "opens_in_time", "expected"),
    [
        (b"application/json", True, b"201 Created"),
        (b"application/json", False, b"503 Service Unavailable"),
        (NDJSON, True, b"200 OK"),
        (NDJSON, False, b"503 Service Unavailable"),
    ],
)
def test_what_is_under_way_at_the_end_is_answered(
    tmp_path: Path, *, shortcut: bool, kind: bytes, opens_in_time: bool, expected: bytes
) -> None:
    async def stopped(directory: Path) -> None:
        files = Gated()
        side = Side(directory, shortcut=shortcut, files=files)
        async with side.serving(drain_seconds=PATIENT_SECONDS if opens_in_time else 1) as running:
            files.gate.clear()
            reader, writer = await asyncio.open_connection("127.0.0.1", side.port)
            writer.write(plain(b"POST", b"/append", b'{"events":[{"data":1}]}', kind=kind))
            async with asyncio.timeout(PATIENT_SECONDS):
                while not side.queue.unanswered_appends:  # noqa: ASYNC110 - the server's own count has no event
                    await asyncio.sleep(0.005)
            running.stop()
            if opens_in_time:
                asyncio.get_running_loop().call_later(0.2, files.gate.set)
            answer = await asyncio.wait_for(reader.read(), PATIENT_SECONDS)
            files.gate.set()
            writer.close()
        assert answer.startswith(b"HTTP/1.1 " + expected), answer
        assert b"\r\nconnection: close\r\n" in answer or not opens_in_time
        assert side.log.head.position == 1

    on_uvloop(stopped, tmp_path)


@pytest.mark.parametrize("shortcut", [True, False])
def test_what_comes_behind_an_unanswered_request_waits_for_it(tmp_path: Path, *, shortcut: bool) -> None:
    async def pipelined(directory: Path) -> None:
        files = Gated()
        side = Side(directory, shortcut=shortcut, files=files)
        raw = plain(b"POST", b"/append", b'{"events":[{"data":1}]}')
        async with side.serving():
            files.gate.clear()
            saying = asyncio.create_task(side.says([raw, raw + raw[:9], raw[9:]]))
            async with asyncio.timeout(PATIENT_SECONDS):
                while not side.queue.unanswered_appends:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.05)
            assert side.queue.unanswered_appends == 1
            files.gate.set()
            answer = await saying
        places = [answer.find(b'"first":%d,' % position) for position in (1, 2, 3)]
        assert -1 < places[0] < places[1] < places[2] < answer.find(b"404 Not Found"), answer

    on_uvloop(pipelined, tmp_path)


@pytest.mark.parametrize("shortcut", [True, False])
def test_a_client_that_leaves_is_appended_for_all_the_same(tmp_path: Path, *, shortcut: bool) -> None:
    async def left(directory: Path) -> None:
        files = Gated()
        side = Side(directory, shortcut=shortcut, files=files)
        async with side.serving():
            files.gate.clear()
            _, writer = await asyncio.open_connection("127.0.0.1", side.port)
            writer.write(plain(b"POST", b"/append", b'{"events":[{"data":1}]}'))
            async with asyncio.timeout(PATIENT_SECONDS):
                while not side.queue.unanswered_appends:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.005)
            writer.close()
            await writer.wait_closed()
            files.gate.set()
            answer = await side.says([plain(b"POST", b"/append", b'{"events":[{"data":2}]}')])
        assert b'{"first":2,"last":2,"replayed":false}' in answer
        assert side.store.metrics.appends["appended"] == 2

    on_uvloop(left, tmp_path)


@pytest.mark.parametrize("shortcut", [True, False])
def test_a_full_queue_and_a_failing_disk_are_refused_alike(tmp_path: Path, *, shortcut: bool) -> None:
    class Failing(Gated):
        def sync_data(self, descriptor: int) -> None:
            super().sync_data(descriptor)
            raise OSError(5, "injected")

    async def refused(directory: Path) -> None:
        files = Failing()
        side = Side(directory, shortcut=shortcut, files=files, max_waiting_appends=1)
        raw = plain(b"POST", b"/append", b'{"events":[{"data":1}]}')
        async with side.serving():
            files.gate.clear()
            first = asyncio.create_task(side.says([raw]))
            async with asyncio.timeout(PATIENT_SECONDS):
                while not side.queue.unanswered_appends:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.005)
            busy = await side.says([raw])
            files.gate.set()
            failed = await first
        assert b"503 Service Unavailable\r\n" in busy
        assert b"retry-after: 1\r\n" in busy
        assert b"problem:busy" in busy
        assert b"problem:unavailable" in failed
        assert b"whether this append stands is unknown" in failed
        assert dict(side.store.metrics.appends) == {"busy": 1, "unavailable": 1}
        assert len(side.failures) == 1

    on_uvloop(refused, tmp_path)
