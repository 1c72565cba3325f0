"""The stream held against the log: a copy has no difference, and each way of being none is named."""

import asyncio
from pathlib import Path

import pytest
from nats.js.api import StreamConfig

from contracts.subjects import ALL_EVENTS, LOG_ID_HEADER, STREAM
from docs.tools.independent_reader import read_log
from eventrail.publisher.differences import MOST_NAMED, StreamComparison, compare_stream
from tests.integration.eventrail.copies import delete_stream, make_stream, messages, on_jetstream, publish
from tests.integration.eventrail.publishing import append_many, assert_copied, served
from tests.kit.processes import Processes
from tests.kit.servers import Messages

EVENTS = 600


@pytest.fixture
def lines(processes: Processes, nats: Messages, log: Path) -> list[bytes]:
    """A log of more than one batch, published; the server is gone."""
    service, web = served(processes, log, nats)
    append_many(web, EVENTS)
    assert_copied(web, nats.url, log)
    service.child.stop()
    return [event.line.rstrip(b"\n") for event in read_log(log).events]


def compared(nats: Messages, log: Path, lines: list[bytes], *, growing: bool = False) -> StreamComparison:
    return asyncio.run(compare_stream(nats.url, read_log(log).log_id, iter(lines), growing=growing))


def refill(url: str, changes: dict[int, tuple[str, bytes, str]], upto: int = 5) -> None:
    """The first messages again in a stream that allows deletes, some of them with other subject, bytes or log id."""
    kept = messages(url)[:upto]
    delete_stream(url)
    make_stream(url, StreamConfig(name=STREAM, subjects=[ALL_EVENTS], allow_direct=True))
    for sequence, subject, headers, payload in kept:
        there, bytes_, log_id = changes.get(sequence, (subject, payload, headers[LOG_ID_HEADER]))
        publish(url, there, bytes_, {LOG_ID_HEADER: log_id})


def test_a_copy_has_no_difference(nats: Messages, log: Path, lines: list[bytes]) -> None:
    seen: list[int] = []
    found = asyncio.run(compare_stream(nats.url, read_log(log).log_id, lines * 2, progress=seen.append, growing=True))
    assert (found.messages, found.differing) == (EVENTS, 0)
    assert seen == [1_000]
    assert compared(nats, log, lines) == StreamComparison(EVENTS, 0, ())


def test_the_ends_count_only_where_nothing_grows(nats: Messages, log: Path, lines: list[bytes]) -> None:
    beyond = compared(nats, log, lines[:-3])
    assert [(found.position, found.reason) for found in beyond.differences] == [
        (position, "is in the stream only") for position in range(EVENTS - 2, EVENTS + 1)
    ]
    assert compared(nats, log, lines[:-3], growing=True).differing == 0
    short = compared(nats, log, [*lines, *lines[:30]])
    assert (short.differing, len(short.differences)) == (30, MOST_NAMED)
    assert short.differences[0].reason == "is not in the stream"


def test_without_a_stream_every_line_is_missing(nats: Messages, log: Path, lines: list[bytes]) -> None:
    delete_stream(nats.url)
    found = compared(nats, log, lines)
    assert (found.messages, found.differing) == (0, EVENTS)


def test_each_difference_inside_is_named(nats: Messages, log: Path, lines: list[bytes]) -> None:
    log_id = read_log(log).log_id
    there = "eventrail.events.-.a"
    refill(nats.url, {2: (there, b"{}", log_id), 3: (there, lines[2], log_id), 4: (there, lines[3], "another")})
    on_jetstream(nats.url, lambda jetstream: jetstream.delete_msg(STREAM, 1))
    found = compared(nats, log, lines[:5], growing=True)
    assert [(each.position, each.reason) for each in found.differences] == [
        (1, "is not in the stream"),
        (2, "has other bytes in the stream"),
        (3, "came to the stream on eventrail.events.-.a"),
        (4, "is marked with another log in the stream"),
    ]
