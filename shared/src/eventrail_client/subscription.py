"""Every event once and in order, over as many connections as that takes."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from contracts.envelope import Event
from eventrail_client.options import Options
from eventrail_client.pages import event_of, parameters_of
from eventrail_client.retries import TryAgain
from eventrail_client.sse import Frames
from eventrail_client.transport import Transport

EVENT_STREAM = "text/event-stream"


async def subscribed(
    transport: Transport, options: Options, *, after: int, types: Sequence[str], tags: Sequence[str]
) -> AsyncGenerator[Event]:
    """Events later than `after`; raises only what trying again can't mend (a StoreError that is no Unavailable)."""
    failures = 0
    while True:
        try:
            async with aclosing(_connected(transport, after=after, types=types, tags=tags)) as events:
                async for event in events:
                    failures = 0
                    after = event.position
                    yield event
            asked_seconds = None
        except TryAgain as lost:
            asked_seconds = lost.asked_seconds
        failures += 1
        await asyncio.sleep(options.pause(failures, asked_seconds))


async def _connected(
    transport: Transport, *, after: int, types: Sequence[str], tags: Sequence[str]
) -> AsyncGenerator[Event]:
    """The events of one connection, checked to go on from `after`."""
    parameters = parameters_of(after=after, types=types, tags=tags)
    is_whole = not types and not tags
    async with transport.stream("events/stream", parameters=parameters, accept=EVENT_STREAM) as parts:
        frames = Frames()
        async for part in parts:
            for frame in frames.feed(part):
                event = event_of(frame.data)
                if event.position <= after:
                    continue
                if is_whole and event.position != after + 1:
                    raise TryAgain(f"{event.position} came after {after}", maybe_recorded=False)
                after = event.position
                yield event
