"""The writer's thread by itself."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from eventrail.log.writer import Writer


def test_work_is_done_in_its_order_and_an_error_is_handed_back_like_a_result() -> None:
    handed_back: list[object] = []

    def hand_back(done: Callable[[Any], None], result: object) -> None:
        done(result)

    def fail() -> None:
        raise OSError("full")

    writer = Writer(hand_back)
    for work in (lambda: 1, fail, lambda: 3):
        writer.do(work, handed_back.append)
    writer.stop()
    assert handed_back[::2] == [1, 3]
    assert isinstance(handed_back[1], OSError)


def test_work_that_outlives_its_event_loop_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    loop = asyncio.new_event_loop()
    writer, released = Writer(loop.call_soon_threadsafe), threading.Event()
    writer.do(released.wait, lambda _result: None)
    loop.close()
    released.set()
    writer.stop()
    assert said == []
