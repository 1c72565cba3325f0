"""The shortcut's protocol on a transport and a clock of the test's: known heads, and when an idle one is closed."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from servicekit.direct import DirectProtocol, direct_protocol
from servicekit.direct_answer import DirectCycle
from servicekit.known_heads import Found, KnownHeads
from servicekit.protocol import HEAD_SECONDS, GuardedProtocol
from servicekit.shortcuts import Take

KEEP_ALIVE_SECONDS = 75
POST = b"POST /append HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"


class Wire:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, _name: str) -> None:
        return None


class Timer:
    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due = due
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock:
    """As much of an event loop as the protocol needs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + seconds, call))
        return self.timers[-1]

    def advance(self, to: float) -> None:
        while due := [timer for timer in self.timers if timer.call is not None and timer.due <= to]:
            timer = min(due, key=lambda one: one.due)
            self.timers.remove(timer)
            self.now = timer.due
            assert timer.call is not None
            timer.call()
        self.now = to


class Served:
    """One connection, whose shortcut answers at once, or later where `waits`."""

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.bodies: list[bytes] = []
        self.cycles: list[DirectCycle] = []
        self.wire, self.clock = Wire(), Clock()
        config = Config(_no_application, timeout_keep_alive=KEEP_ALIVE_SECONDS, log_config=None)
        config.load()
        loop: Any = self.clock
        self.protocol: DirectProtocol = direct_protocol(self)(config, ServerState(), {}, loop)
        wire: Any = self.wire
        self.protocol.connection_made(wire)

    def __call__(self, method: bytes, target: bytes, headers: Mapping[bytes, bytes]) -> Take | None:
        return self._take

    def _take(self, body: bytes, cycle: DirectCycle) -> bool:
        self.bodies.append(body)
        self.cycles.append(cycle)
        if self.waits:
            cycle.begin(lambda: None)
        else:
            cycle.answer(200, b"", b"")
        return True


async def _no_application(scope: object, receive: object, send: object) -> None:
    raise AssertionError("the shortcut takes all")


@pytest.fixture(autouse=True)
def loop_of_asyncio() -> Any:
    """uvicorn makes an event for each connection, and that wants a loop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def test_a_known_head_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = GuardedProtocol.data_received

    def noted(self: GuardedProtocol, data: bytes) -> None:
        parsed.append(data)
        parse(self, data)

    monkeypatch.setattr(GuardedProtocol, "data_received", noted)
    served = Served()
    for body in (b"abc", b"def", b"ghi"):
        served.protocol.data_received(POST[:-3] + body)
    served.protocol.data_received(POST[:20])
    served.protocol.data_received(POST[20:])
    served.protocol.data_received(POST)
    assert served.bodies == [b"abc", b"def", b"ghi", b"abc", b"abc"]
    assert parsed == [POST, POST[:20], POST[20:]]


@pytest.mark.parametrize(
    "other",
    [
        POST.replace(b"Host: a", b"Host: b"),
        POST.replace(b"/append", b"/appenD"),
        POST.replace(b"POST", b"PUT "),
        POST.replace(b"Content-Length: 3", b"Content-Length: 2"),
        POST + b"d",
        POST[:-1],
        b" " + POST[:-1],
    ],
)
def test_only_the_same_head_is_that_of_the_request_before(other: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[bytes] = []
    find = KnownHeads.find

    def noted(self: KnownHeads, data: bytes) -> Found | None:
        looked_up.append(data)
        return find(self, data)

    monkeypatch.setattr(KnownHeads, "find", noted)
    served = Served()
    for _ in range(3):
        served.protocol.data_received(POST)
    assert looked_up == [POST, POST], "control: the third was that of the second"
    monkeypatch.setattr(GuardedProtocol, "data_received", lambda *_: None)
    served.protocol.data_received(other)
    assert looked_up[2:] == [other]


def test_a_connection_is_closed_when_it_has_been_idle_for_long_enough() -> None:
    served = Served()
    served.protocol.data_received(POST)
    for second in range(10, 200, 10):
        served.clock.advance(second)
        served.protocol.data_received(POST)
        assert len([timer for timer in served.clock.timers if timer.call is not None]) == 1, "one timer looks after it"
    served.clock.advance(190 + KEEP_ALIVE_SECONDS - 1)
    assert not served.wire.closed
    served.clock.advance(190 + KEEP_ALIVE_SECONDS)
    assert served.wire.closed


def test_a_request_under_way_is_not_idle() -> None:
    served = Served()
    served.protocol.data_received(POST)
    served.waits = True
    served.clock.advance(10)
    served.protocol.data_received(POST)
    served.clock.advance(1_000)
    assert not served.wire.closed
    served.cycles[-1].answer(200, b"", b"")
    served.clock.advance(1_000 + KEEP_ALIVE_SECONDS - 1)
    assert not served.wire.closed
    served.clock.advance(1_000 + KEEP_ALIVE_SECONDS)
    assert served.wire.closed


def test_the_first_head_of_a_connection_may_be_known_and_ends_its_deadline() -> None:
    served = Served()
    served.protocol.data_received(POST)
    wire, clock = Wire(), Clock()
    loop: Any = clock
    other = type(served.protocol)(served.protocol.config, ServerState(), {}, loop)
    transport: Any = wire
    other.connection_made(transport)
    other.data_received(POST)
    assert len(wire.sent) == 1
    clock.advance(HEAD_SECONDS + 1)
    assert not wire.closed
