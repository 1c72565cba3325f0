"""Lost replies, cut requests and killed servers: what was appended stands once, and nothing is missing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from eventrail_client import (
    AppendRequest,
    AppendResult,
    EventrailClient,
    Options,
    Unavailable,
    new_event,
    new_id,
    no_event_since,
)
from tests.contract.behaviour.facts import a_tag, numbered, tagged, values
from tests.kit.fault_proxy import FaultProxy
from tests.kit.processes import Processes
from tests.kit.services import SERVICE_TOKEN, Service, start_eventrail

PATIENT = Options(
    attempts=1_000, budget_seconds=120, pause_seconds=0.01, longest_pause_seconds=0.05, silence_seconds=20
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("eventrail")
    processes = Processes(directory, [])
    yield start_eventrail(processes, directory / "log")
    processes.kill_all()


@pytest.fixture
async def proxy(server: Service) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
async def client(proxy: FaultProxy) -> AsyncIterator[EventrailClient]:
    async with EventrailClient(proxy.url, SERVICE_TOKEN, PATIENT) as client:
        yield client


@pytest.mark.parametrize("passed_bytes", [0, 1, 20, 150])
async def test_a_lost_reply_doubles_nothing(proxy: FaultProxy, client: EventrailClient, passed_bytes: int) -> None:
    tag = a_tag()
    proxy.cut_reply_after(passed_bytes)
    result = await client.append(numbered(3, tag), no_event_since(0, tags=[tag]))
    assert proxy.faults == 1, "control: a reply was cut"
    assert result.replayed, "the second try found what the first had recorded"
    assert [event.position for event in await tagged(client, tag)] == list(range(result.first, result.last + 1))


@pytest.mark.parametrize("passed_bytes", [0, 40, 300])
async def test_a_cut_request_is_sent_again(proxy: FaultProxy, client: EventrailClient, passed_bytes: int) -> None:
    tag = a_tag()
    proxy.cut_request_after(passed_bytes)
    result = await client.append([new_event("said", "🌍" * 200, [tag])])
    assert proxy.faults == 1, "control: a request was cut"
    assert not result.replayed
    assert len(await tagged(client, tag)) == 1


async def test_appends_that_share_a_request_are_replayed_together(proxy: FaultProxy, client: EventrailClient) -> None:
    tag, twin = a_tag(), a_tag()
    proxy.drop_reply()
    conditional = AppendRequest(tuple(numbered(1, twin)), no_event_since(0, tags=[twin]))
    outcomes = await client.append_many([AppendRequest((event,)) for event in numbered(50, tag)] + [conditional])
    assert proxy.faults == 1
    assert all(isinstance(outcome, AppendResult) and outcome.replayed for outcome in outcomes)
    assert values(await tagged(client, tag)) == list(range(1, 51))
    assert len(await tagged(client, twin)) == 1


async def test_an_append_of_unknown_outcome_can_be_sent_again_by_its_owner(server: Service, proxy: FaultProxy) -> None:
    tag = a_tag()
    one_try = Options(attempts=1)
    async with EventrailClient(proxy.url, SERVICE_TOKEN, one_try) as client:
        await client.head()
        proxy.drop_reply()
        with pytest.raises(Unavailable) as lost:
            await client.append([new_event("said", 1, [tag])])
    assert lost.value.maybe_recorded
    assert lost.value.request is not None
    async with EventrailClient(server.url, SERVICE_TOKEN) as client:
        assert (await client.append(lost.value.request.events)).replayed
        assert len(await tagged(client, tag)) == 1


async def test_a_server_that_hangs_is_left_in_time(proxy: FaultProxy) -> None:
    impatient = Options(attempts=1_000, try_seconds=0.5, budget_seconds=2, pause_seconds=0.01)
    async with EventrailClient(proxy.url, SERVICE_TOKEN, impatient) as client:
        proxy.hold()
        started = asyncio.get_running_loop().time()
        with pytest.raises(Unavailable) as error:
            await client.append(numbered(1))
        assert asyncio.get_running_loop().time() - started < 30
        assert error.value.maybe_recorded
        proxy.resume()


async def test_a_subscription_survives_cuts_without_gap_or_double(proxy: FaultProxy, client: EventrailClient) -> None:
    tag, after = a_tag(), (await client.head()).position
    whole: list[int] = []
    by_tag: list[int] = []

    async def follow(found: list[int], *tags: str) -> None:
        async with aclosing(client.subscribe(after=after, tags=tags)) as events:
            async for event in events:
                found.append(event.position)
                if len(found) == 400:
                    return

    both = asyncio.gather(follow(whole), follow(by_tag, tag))
    for number, event in enumerate(numbered(400, tag)):
        if number % 40 == 20:
            proxy.cut_reply_after(number * 7)
        await client.append([event])
    await asyncio.wait_for(both, 120)
    assert proxy.faults >= 5, "control: connections were cut"
    assert whole == list(range(after + 1, after + 401))
    assert by_tag == whole


async def test_killed_and_started_again_the_server_has_each_append_once(processes: Processes) -> None:
    server = start_eventrail(processes, processes.directory / "log")
    texts = [f"{number} 🌍 {new_id()}" for number in range(900)]
    async with EventrailClient(server.url, SERVICE_TOKEN, PATIENT) as client:
        seen: list[int] = []

        async def append(mine: list[str]) -> None:
            for text in mine:
                await client.append([new_event("said", text)])

        async def subscribe() -> None:
            async with aclosing(client.subscribe()) as events:
                async for event in events:
                    seen.append(event.position)
                    if len(seen) == len(texts):
                        return

        appending = asyncio.gather(*(append(texts[start::16]) for start in range(16)))
        subscribing = asyncio.create_task(subscribe())
        for position in (150, 450):
            await _grown(client, position)
            server.child.kill()
            server = start_eventrail(processes, processes.directory / "log", port=server.port)
        await asyncio.wait_for(asyncio.gather(appending, subscribing), 240)
        stand = [event async for event in client.read_all()]
    assert Counter(map(str, values(stand))) == Counter(texts)
    assert seen == list(range(1, len(texts) + 1))


async def _grown(client: EventrailClient, position: int) -> None:
    """Waits until the log has come so far."""
    async with aclosing(client.subscribe()) as events:
        async for event in events:
            if event.position >= position:
                return
