"""What NATS has seen of a log, asked before the log is opened: recovery must not cut below it."""

import asyncio
from typing import Final

from eventrail.publisher.connection import Connection
from eventrail.publisher.failures import PublishingInterrupted
from eventrail.publisher.stream import Stream
from eventrail.publisher.testimony import Testimony

WITNESS_SECONDS: Final = 2.0


async def testimony(url: str, log_id: str | None) -> Testimony:
    """Ask once, within `WITNESS_SECONDS`. Without a log id there is no log yet, and nobody can have seen it."""
    try:
        async with asyncio.timeout(WITNESS_SECONDS), Connection(url) as connection:
            facts = await Stream(connection.client).facts()
    except (PublishingInterrupted, TimeoutError):
        return Testimony(answered=False)
    if facts is None or log_id is None or facts.last_log_id != log_id:
        return Testimony(answered=True)
    return Testimony(answered=True, position=facts.last)
