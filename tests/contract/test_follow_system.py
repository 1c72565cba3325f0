"""The follower on what the store itself publishes, over deaths of the store, of NATS, and of the stream."""

import asyncio

from eventrail_client import EventrailClient, Options, Page, new_event
from eventrail_client.follow import Cursor, Follower, FollowOptions
from eventrail_client.nats_feed import NatsFeed
from tests.contract.behaviour.facts import numbered
from tests.contract.feeds import connected, drop_stream, lines_of
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import SERVICE_TOKEN, start_eventrail

PATIENT = Options(attempts=1_000, budget_seconds=120, pause_seconds=0.02, longest_pause_seconds=0.1)
QUICK = FollowOptions(silence_seconds=0.5, wait_seconds=1, pause_seconds=0.02)
FED = FollowOptions(silence_seconds=60, wait_seconds=0.1)


class CountingClient(EventrailClient):
    """Counts the pages with events that were read."""

    pages = 0

    async def read(self, **question: object) -> Page:
        page = await super().read(**question)  # type: ignore[arg-type] # passed through
        self.pages += bool(page.events)
        return page


async def followed(follower: Follower, upto: int) -> list[bytes]:
    lines: list[bytes] = []
    async with asyncio.timeout(240):
        while follower.position < upto or not lines or lines[-1].find(b'"position":%d,' % upto) < 0:
            for append in await follower.batch():
                lines.extend(append.lines)
    return lines


async def fed(follower: Follower) -> None:
    async with asyncio.timeout(120):
        while not follower.is_fed or follower._reading is not None:
            await follower.batch(timeout_seconds=0.02)


async def test_what_is_published_is_enough(processes: Processes, own_nats: Messages) -> None:
    server = start_eventrail(processes, processes.directory / "log", nats_url=own_nats.url)
    async with CountingClient(server.url, SERVICE_TOKEN, PATIENT) as client:
        cursor = Cursor.beginning((await client.head()).log_id)
        async with Follower(client, cursor, NatsFeed(own_nats.url), FED) as follower:
            await fed(follower)
            await client.append_many([])
            for number in range(50):
                await client.append([new_event("said", f"🌍 {number}", ["a:b"]), *numbered(2)])
            lines = await followed(follower, 150)
            assert client.pages == 0
        assert lines == await lines_of(client)


async def test_deaths_of_store_and_nats_lose_and_double_nothing(processes: Processes, own_nats: Messages) -> None:
    server = start_eventrail(processes, processes.directory / "log", nats_url=own_nats.url)
    async with EventrailClient(server.url, SERVICE_TOKEN, PATIENT) as client:

        async def write() -> None:
            for number in range(300):
                await client.append([new_event("said", f"🌍 {number}", [f"n:{number}"]), *numbered(number % 3)])

        cursor = Cursor.beginning((await client.head()).log_id)
        async with Follower(client, cursor, NatsFeed(own_nats.url), QUICK) as follower:
            following = asyncio.create_task(followed(follower, 600))
            writing = asyncio.create_task(write())
            await client.read(after=0, tags=["n:60"], wait_seconds=60)
            await asyncio.to_thread(own_nats.kill)
            await client.read(after=0, tags=["n:120"], wait_seconds=60)
            await asyncio.to_thread(server.child.kill)
            await asyncio.to_thread(own_nats.start)
            server = await asyncio.to_thread(
                start_eventrail,
                processes,
                processes.directory / "log",
                nats_url=own_nats.url,
                port=server.port,
            )
            await client.read(after=0, tags=["n:200"], wait_seconds=60)
            connection = await connected(own_nats.url)
            await drop_stream(connection)
            await connection.close()
            await asyncio.wait_for(asyncio.gather(writing, following), 240)
        assert following.result() == await lines_of(client)
