"""How far the files of a log prove it, beside a log that is open."""

from pathlib import Path

import pytest

from eventrail.log.checking import extent
from eventrail.log.checking.extent import Extent, durable_extent, proven_extent
from eventrail.log.files import SystemFiles
from eventrail.log.layout import Layout
from eventrail.log.log import Log
from tests.kit.logs import append, event, open_log

FILES = SystemFiles()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    log = open_log(tmp_path)
    for number in range(3):
        log.commit([append(event(b"%d" % number), event(b"true"))])
    return log


def of(proof: str, directory: Path, log: Log) -> Extent:
    ask = {"durable": durable_extent, "proven": proven_extent}[proof]
    return ask(FILES, Layout(directory), log.log_id)


def test_the_last_batch_is_waited_for_while_it_is_not_proven(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = of("durable", tmp_path, log)
    assert (at_once.head.position, at_once.held) == (4, 6), "its own sync is stated by nothing behind it"

    def fall_idle(_seconds: float) -> None:
        log.write_head()

    monkeypatch.setattr("time.sleep", fall_idle)
    assert of("proven", tmp_path, log).head == log.head


def test_the_next_batch_proves_what_was_held_at_first(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go_on(_seconds: float) -> None:
        log.commit([append(event(b"null"))])

    monkeypatch.setattr("time.sleep", go_on)
    found = of("proven", tmp_path, log)
    assert (found.head.position, found.held) == (6, 7)


def test_what_nobody_proves_is_not_waited_for_long(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "PROOF_SECONDS", 0.1)
    assert of("proven", tmp_path, log).head.position == 4
