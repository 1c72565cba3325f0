"""The stream read back in batches, straight from its store: no consumer, nothing left behind on the server."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from contracts.subjects import LOG_ID_HEADER, STREAM
from eventrail.publisher.failures import Unreachable

BATCH_MESSAGES: Final = 512
BATCH_BYTES: Final = 8 * 1024 * 1024
ANSWER_SECONDS: Final = 5.0
_DIRECT_GET: Final = f"$JS.API.DIRECT.GET.{STREAM}"
_END_OF_BATCH: Final = "204"
_NOT_FOUND: Final = "404"


@dataclass(frozen=True, slots=True)
class Copy:
    """A message as it stands in the stream; `log_id` is empty where it carries none."""

    sequence: int
    subject: str
    log_id: str
    payload: bytes


async def copies(client: Client, first: int, last: int) -> AsyncIterator[Copy]:
    """The messages from one sequence to another, in order; those that are gone are left out.

    The stream must allow direct reads, as ours does. Raises `Unreachable`.
    """
    inbox = client.new_inbox()
    try:
        answers = await client.subscribe(inbox)
        try:
            while first <= last:
                wanted = {"seq": first, "batch": min(BATCH_MESSAGES, last - first + 1), "max_bytes": BATCH_BYTES}
                await client.publish(_DIRECT_GET, json.dumps(wanted).encode(), inbox)
                batch = await _batch(answers)
                for copy in batch:
                    if copy.sequence <= last:
                        yield copy
                if not batch:
                    return
                first = batch[-1].sequence + 1
        finally:
            await answers.unsubscribe()
    except (NatsError, OSError, TimeoutError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error


async def _batch(answers: Subscription) -> list[Copy]:
    """Up to the server's word that the batch is over."""
    found: list[Copy] = []
    while True:
        message = await answers.next_msg(timeout=ANSWER_SECONDS)
        status = (message.headers or {}).get("Status")
        if status is None:
            found.append(_copy(message))
        elif status in {_END_OF_BATCH, _NOT_FOUND}:
            return found
        else:
            raise Unreachable(f"the stream can't be read back: status {status}")


def _copy(message: Msg) -> Copy:
    headers = message.headers or {}
    place = headers.get("Nats-Sequence", "0")
    return Copy(int(place), headers.get("Nats-Subject", ""), headers.get(LOG_ID_HEADER, ""), message.data)
