"""The faults, each under traffic: what breaks, that appends go on meanwhile, and what is put right again by hand."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import APIError

from contracts.subjects import ALL_EVENTS, EXPECTED_SEQUENCE_HEADER, LOG_ID_HEADER, STREAM
from docs.tools.independent_reader import read_log
from tests.integration.eventrail.copies import messages
from tests.integration.eventrail.nats_faults.stage import Stage, serve
from tests.integration.eventrail.web import eventually
from tests.kit.fault_proxy import FaultProxy

APPENDS = 12
SECONDS = 240
WRONG_LAST_SEQUENCE = 10071

Fault = Callable[[Stage], Awaitable[None]]


async def killed(stage: Stage) -> None:
    await asyncio.to_thread(stage.nats.kill)
    await stage.traffic.more(APPENDS)
    await asyncio.to_thread(stage.nats.start)


async def paused(stage: Stage) -> None:
    stage.nats.pause()
    await stage.traffic.more(APPENDS * stage.chance.randint(1, 10))
    stage.nats.resume()


async def wiped(stage: Stage) -> None:
    await asyncio.to_thread(stage.nats.kill)
    await asyncio.to_thread(shutil.rmtree, stage.store)
    await stage.traffic.more(APPENDS)
    await asyncio.to_thread(stage.nats.start)


async def rolled_back(stage: Stage) -> None:
    """An older copy of the store comes back, as from a backup of a disk."""
    older = stage.store.with_name("older")
    await asyncio.to_thread(stage.nats.kill)
    await asyncio.to_thread(shutil.copytree, stage.store, older)
    await asyncio.to_thread(stage.nats.start)
    await stage.traffic.more(APPENDS)
    await caught_up(stage)
    await asyncio.to_thread(stage.nats.kill)
    await asyncio.to_thread(shutil.rmtree, stage.store)
    older.rename(stage.store)
    await asyncio.to_thread(stage.nats.start)


async def deleted(stage: Stage) -> None:
    await stage.on_jetstream(lambda jetstream: jetstream.delete_stream(STREAM))


async def purged(stage: Stage) -> None:
    """All of the stream, its beginning, or all but its end."""
    count = await unprotected(stage)
    place = stage.chance.randint(2, count - 1)
    part = stage.chance.choice(((None, None), (place, None), (None, place)))
    await stage.on_jetstream(lambda jetstream: jetstream.purge_stream(STREAM, seq=part[0], keep=part[1]))
    stage.publisher_line.refuse(refusing=False)


async def message_deleted(stage: Stage) -> None:
    count = await unprotected(stage)
    places = stage.chance.sample(range(1, count + 1), stage.chance.randint(1, 3))

    async def work(jetstream: JetStreamContext) -> None:
        for place in places:
            await jetstream.delete_msg(STREAM, place)

    await stage.on_jetstream(work)
    stage.publisher_line.refuse(refusing=False)


async def limited(stage: Stage) -> None:
    """Old messages go, or new ones are refused."""
    most = stage.chance.randint(1, stage.web.head)
    discard = stage.chance.choice(("old", "new"))

    async def work(jetstream: JetStreamContext) -> None:
        config = (await jetstream.stream_info(STREAM)).config
        await jetstream.update_stream(config.evolve(max_msgs=most, discard=discard))

    await stage.on_jetstream(work)


async def cut(stage: Stage) -> None:
    """Connections end in the middle of what is being sent."""
    before = stage.publisher_line.faults
    stage.publisher_line.cut_request_after(stage.chance.randint(0, 4_000))
    stage.follower_line.cut_reply_after(stage.chance.randint(0, 4_000))
    await fired(stage, stage.publisher_line, before)


async def acknowledgement_lost(stage: Stage) -> None:
    before = stage.publisher_line.faults
    stage.publisher_line.drop_reply()
    await fired(stage, stage.publisher_line, before)


async def unreachable(stage: Stage) -> None:
    for line in (stage.publisher_line, stage.follower_line):
        line.refuse()
    await stage.traffic.more(APPENDS)
    for line in (stage.publisher_line, stage.follower_line):
        line.refuse(refusing=False)


async def silent(stage: Stage) -> None:
    for line in (stage.publisher_line, stage.follower_line):
        line.hold()
    await stage.traffic.more(APPENDS * stage.chance.randint(1, 10))
    for line in (stage.publisher_line, stage.follower_line):
        line.resume()


async def second_publisher(stage: Stage) -> None:
    """A server of an older copy of the log: it finds a stream that has seen more, and takes no append."""
    copy = stage.log.with_name(f"copy-{len(stage.processes.started)}")
    await asyncio.to_thread(copied_log, stage.log, copy)
    second = await asyncio.to_thread(serve, stage.processes, copy, stage.nats.url)
    await stage.traffic.more(APPENDS)

    def is_stopped() -> bool:
        return bool(second.get("/stats").json["publisher"]["state"] == "refused")

    await asyncio.to_thread(eventually, is_stopped, "the second publisher is stopped")
    answer = await asyncio.to_thread(second.event, b'"of the second"')
    assert (answer.status, answer.problem) == (503, "appends-suspended")
    await asyncio.to_thread(stage.processes.started[-1].stop)


async def late_publisher(stage: Stage) -> None:
    """One that hung, and goes on where it was: what it sends is refused by its own fence."""
    await caught_up(stage)

    async def work(jetstream: JetStreamContext) -> None:
        place = stage.chance.randint(1, (await jetstream.stream_info(STREAM)).state.last_seq)
        late = await jetstream.get_msg(STREAM, place)
        headers = {LOG_ID_HEADER: (late.headers or {})[LOG_ID_HEADER], EXPECTED_SEQUENCE_HEADER: str(place - 1)}
        try:
            await jetstream.publish(late.subject or "", late.data or b"", headers=headers)
        except APIError as error:
            assert error.err_code == WRONG_LAST_SEQUENCE, error  # noqa: PT017 - the code is part of the answer
        else:
            raise AssertionError(f"position {place} was taken twice")

    await stage.on_jetstream(work)


async def stranger(stage: Stage) -> None:
    """Somebody without a fence, in the middle of what we send."""

    async def work(jetstream: JetStreamContext) -> None:
        for _ in range(stage.chance.randint(1, 5)):
            await jetstream.publish(stage.chance.choice(("eventrail.events.-.x", "eventrail.events.a:b.y")), b"{}")

    await stage.on_jetstream(work)


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        killed,
        paused,
        wiped,
        rolled_back,
        deleted,
        purged,
        message_deleted,
        limited,
        cut,
        acknowledgement_lost,
        unreachable,
        silent,
        second_publisher,
        late_publisher,
        stranger,
    )
}


async def caught_up(stage: Stage) -> None:
    """The stream has what the log had when we asked."""
    head = await asyncio.to_thread(lambda: stage.web.head)

    def is_published() -> bool:
        return bool(stage.web.get("/stats").json["publisher"]["published"] >= head)

    await asyncio.to_thread(eventually, is_published, f"position {head} is published", SECONDS)


async def fired(stage: Stage, line: FaultProxy, before: int) -> None:
    async with asyncio.timeout(SECONDS):
        while line.faults == before:
            await stage.traffic.more(1)


async def unprotected(stage: Stage) -> int:
    """The same messages in a stream that lets itself be purged, while the publisher is kept away; how many they are."""
    await caught_up(stage)
    stage.publisher_line.refuse()
    kept = await asyncio.to_thread(messages, stage.nats.url)

    async def work(jetstream: JetStreamContext) -> None:
        await jetstream.delete_stream(STREAM)
        await jetstream.add_stream(StreamConfig(name=STREAM, subjects=[ALL_EVENTS]))
        for _, subject, headers, payload in kept:
            await jetstream._nc.publish(subject, payload, headers={LOG_ID_HEADER: headers[LOG_ID_HEADER]})
        async with asyncio.timeout(SECONDS):
            while (await jetstream.stream_info(STREAM)).state.messages < len(kept):
                pass

    await stage.on_jetstream(work)
    await stage.traffic.more(APPENDS)
    return len(kept)


def copied_log(log: Path, copy: Path) -> None:
    """As a backup takes it: the whole appends that stand at this moment."""
    (copy / "segments").mkdir(parents=True)
    shutil.copy(log / "log.json", copy)
    lines = [event.line.rstrip(b"\n") + b"\n" for event in read_log(log).events]
    (copy / "segments" / f"{1:020}.ndjson").write_bytes(b"".join(lines))
