"""A request that is over before it is wholly sent holds no connection to a server that never reads the rest."""

import asyncio
import gc
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from contracts.problems import PROBLEM_MEDIA_TYPE
from eventrail_client import EventrailClient, Options, Rejected, StoreError, Unavailable, new_event, transport

PROBLEM = b'{"type":"about:blank","title":"Payload too large","status":413,"detail":"it has more than 8 MiB"}'
REFUSAL = (
    f"HTTP/1.1 413 Too Large\r\nContent-Type: {PROBLEM_MEDIA_TYPE}\r\nContent-Length: {len(PROBLEM)}\r\n"
    "Connection: close\r\n\r\n"
).encode() + PROBLEM

ONCE = Options(attempts=1, try_seconds=0.5)
FILLS_SECONDS = 0.2
"""By then the kernel takes no more, and the rest waits in the client."""
LARGE = [new_event("large", "x" * 900_000)] * 9


@contextmanager
def hung_server(answer: bytes) -> Iterator[str]:
    """The URL of one that reads the head of one request, answers what it is given, and hangs."""
    finished = Event()

    def hang(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(1_000)
            finished.wait(FILLS_SECONDS)
            connection.sendall(answer)
            finished.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=hang, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finished.set()
        thread.join()


async def given_up(url: str, error: type[StoreError]) -> None:
    async with EventrailClient(url, options=ONCE) as client:
        with pytest.raises(error):
            await client.append(LARGE)


@pytest.mark.parametrize("large_body_bytes", [0, 1 << 30], ids=["in pieces", "in one piece"])
@pytest.mark.parametrize(("answer", "error"), [(REFUSAL, Rejected), (b"", Unavailable)], ids=["refused", "unanswered"])
def test_what_is_given_up_is_closed_with_the_client(
    answer: bytes, error: type[StoreError], large_body_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGE_BODY_BYTES", large_body_bytes)
    with hung_server(answer) as url, warnings.catch_warnings(record=True) as left_open:
        warnings.simplefilter("always", ResourceWarning)
        warnings.filterwarnings("ignore", message="Sending a large body")  # what pieces are there for
        asyncio.run(given_up(url, error))
        gc.collect()
        assert left_open == []
