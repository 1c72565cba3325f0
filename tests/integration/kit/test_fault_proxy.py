"""The proxy loses exactly what it is told to lose, and then passes again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.kit.fault_proxy import FaultProxy


class Echo:
    """Answers each line in capitals, and remembers every byte that it got."""

    def __init__(self) -> None:
        self.received = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(1000):
            self.received += chunk
            writer.write(chunk.upper())
            await writer.drain()
        writer.close()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def proxy(echo: Echo) -> AsyncIterator[FaultProxy]:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with server, FaultProxy(server.sockets[0].getsockname()[1]) as between:
        yield between


async def ask(proxy: FaultProxy, text: bytes) -> bytes:
    """What came back until the end of the connection; a broken connection is an end too."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    answer = b""
    try:
        writer.write(text)
        writer.write_eof()
        while chunk := await reader.read(1000):
            answer += chunk
    except OSError:
        pass
    finally:
        writer.close()
    return answer


async def test_it_passes_everything(proxy: FaultProxy, echo: Echo) -> None:
    text = "a 🌍 ".encode() * 50_000
    assert (await ask(proxy, text)).lower() == text
    assert echo.received == text
    assert proxy.faults == 0


async def test_a_lost_reply_is_one_that_the_server_gave(proxy: FaultProxy, echo: Echo) -> None:
    proxy.drop_reply()
    assert await ask(proxy, b"one") == b""
    assert echo.received == b"one"
    assert proxy.faults == 1
    assert await ask(proxy, b"two") == b"TWO", "once only"


async def test_a_lost_request_never_arrives(proxy: FaultProxy, echo: Echo) -> None:
    proxy.cut_request_after(0)
    assert await ask(proxy, b"one") == b""
    assert echo.received == b""
    assert await ask(proxy, b"two") == b"TWO"


@pytest.mark.parametrize(("allowed", "faults"), [(2, 1), (3, 0), (4, 0)])
async def test_a_cut_counts_bytes(proxy: FaultProxy, echo: Echo, allowed: int, faults: int) -> None:
    proxy.cut_request_after(allowed)
    await ask(proxy, b"one")
    assert b"one".startswith(echo.received)
    assert proxy.faults == faults
    assert (echo.received == b"one") is (faults == 0)


async def test_held_bytes_wait(proxy: FaultProxy, echo: Echo) -> None:
    proxy.hold()
    asked = asyncio.create_task(ask(proxy, b"one"))
    done, _ = await asyncio.wait({asked}, timeout=0.2)
    assert not done
    assert echo.received == b""
    proxy.resume()
    assert await asyncio.wait_for(asked, 120) == b"ONE"


async def test_a_refusing_proxy_cuts_what_is_open_and_what_comes(proxy: FaultProxy, echo: Echo) -> None:
    proxy.hold()
    asked = asyncio.create_task(ask(proxy, b"one"))
    await asyncio.wait({asked}, timeout=0.1)
    proxy.refuse()
    assert await asyncio.wait_for(asked, 120) == b""
    proxy.resume()
    assert await ask(proxy, b"two") == b""
    assert echo.received == b""
    proxy.refuse(refusing=False)
    assert await ask(proxy, b"three") == b"THREE"
