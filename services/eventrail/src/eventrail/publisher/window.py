"""A window of messages sent without waiting and proved by the answer to its last.

Each message states the sequence that must stand before it, so the last one can only be taken if all were.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec
from nats.errors import Error as NatsError, MaxPayloadError, NoRespondersError

from contracts.subjects import STREAM
from eventrail.publisher.connection import Connection
from eventrail.publisher.failures import OutOfStep, Refused, Unreachable
from eventrail.publisher.messages import Message

ACKNOWLEDGEMENT_SECONDS: Final = 5.0
_WRONG_LAST_SEQUENCE: Final = frozenset({10071, 10164})


class _Error(msgspec.Struct, frozen=True):
    code: int = 0
    err_code: int = 0
    description: str = ""


class _Acknowledgement(msgspec.Struct, frozen=True):
    stream: str = ""
    seq: int = 0
    duplicate: bool = False
    error: _Error | None = None


_DECODER: Final = msgspec.json.Decoder(_Acknowledgement)


async def send_window(connection: Connection, window: Sequence[Message]) -> int:
    """Publish messages of consecutive positions; the last position, when all of them stand in the stream.

    Raises `OutOfStep`, `Refused` or `Unreachable`; what stands then is unknown until stream and log are compared.
    """
    *before, last = window
    try:
        for message in before:
            await connection.client.publish(message.subject, message.payload, headers=message.headers)
        reply = await _request(connection, last)
    except NoRespondersError:
        raise OutOfStep("no stream takes the subject") from None
    except MaxPayloadError as error:
        raise Refused(f"an event is over the server's max_payload ({error})") from error
    except (NatsError, OSError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    _check(reply, last)
    return last.position


async def _request(connection: Connection, message: Message) -> bytes:
    """A request that ends with the connection, not only with its time."""
    asked = asyncio.create_task(
        connection.client.request(
            message.subject, message.payload, timeout=ACKNOWLEDGEMENT_SECONDS, headers=message.headers
        )
    )
    closed = asyncio.create_task(connection.closed.wait())
    try:
        await asyncio.wait((asked, closed), return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            raise Unreachable("the connection was closed")
        return (await asked).data
    except TimeoutError:
        if connection.refusal:
            raise Refused(connection.refusal) from None
        raise Unreachable(f"no acknowledgement within {ACKNOWLEDGEMENT_SECONDS:g} s") from None
    finally:
        for task in (asked, closed):
            task.cancel()
        await asyncio.gather(asked, closed, return_exceptions=True)


def _check(reply: bytes, last: Message) -> None:
    try:
        acknowledgement = _DECODER.decode(reply)
    except msgspec.MsgspecError:
        raise OutOfStep("somebody else answers on the subject") from None
    error = acknowledgement.error
    if error is not None:
        if error.err_code in _WRONG_LAST_SEQUENCE:
            raise OutOfStep(error.description)
        raise Refused(error.description or f"error {error.err_code}")
    if acknowledgement.stream != STREAM or acknowledgement.seq != last.position or acknowledgement.duplicate:
        raise OutOfStep(f"position {last.position} became {acknowledgement.seq} of {acknowledgement.stream}")
