"""A window of messages sent without waiting; the answers to its first and its last prove it.

Each message states the sequence that must stand before it. So the last is taken only if as many messages stand before
it as there must be, and the first only if nobody else has written since the last proof. Whoever writes *between* the
two shows on the connection (strangers.py), and the stretch is then read back.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from nats.errors import Error as NatsError, MaxPayloadError

from contracts.subjects import STREAM, TRACE_HEADER
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


@dataclass(frozen=True, slots=True)
class Sent:
    """A window under way: the positions of its first and last message, and their answers to come."""

    answers: tuple[tuple[int, "asyncio.Future[bytes | None]"], ...]
    traceparents: tuple[str, ...]
    begun_seconds: float

    @property
    def first(self) -> int:
        return self.answers[0][0]

    @property
    def last(self) -> int:
        return self.answers[-1][0]


async def send_window(connection: Connection, window: Sequence[Message]) -> Sent:
    """Hand messages of consecutive positions to the connection. Raises `Refused` or `Unreachable`."""
    answers = []
    begun_seconds = asyncio.get_running_loop().time()
    try:
        for message in window:
            reply = ""
            if message is window[0] or message is window[-1]:
                reply, answer = connection.acknowledgements.expect(message.position)
                answers.append((message.position, answer))
            await connection.client.publish(message.subject, message.payload, reply, message.headers)
    except MaxPayloadError as error:
        raise Refused(f"an event is over the server's max_payload ({error})") from error
    except (NatsError, OSError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    traceparents = (message.headers.get(TRACE_HEADER) for message in window)
    return Sent(tuple(answers), tuple(trace for trace in traceparents if trace), begun_seconds)


async def proved(connection: Connection, sent: Sent) -> int:
    """The window's last position, once all of it stands in the stream.

    Raises `OutOfStep`, `Refused` or `Unreachable`; what stands then is unknown until stream and log are compared.
    """
    for position, answer in sent.answers:
        try:
            async with asyncio.timeout(ACKNOWLEDGEMENT_SECONDS):
                reply = await answer
        except TimeoutError:
            raise _silence(connection) from None
        if reply is None and connection.closed.is_set():
            raise _silence(connection)
        _check(reply, position)
    return sent.last


def _silence(connection: Connection) -> Refused | Unreachable:
    """A publish that is not allowed gets no answer: only the connection's error line tells."""
    if connection.refusal:
        return Refused(connection.refusal)
    if connection.closed.is_set():
        return Unreachable("the connection was closed")
    return Unreachable(f"no acknowledgement within {ACKNOWLEDGEMENT_SECONDS:g} s")


def _check(reply: bytes | None, position: int) -> None:
    if reply is None:
        raise OutOfStep("no stream takes the subject")
    try:
        acknowledgement = _DECODER.decode(reply)
    except msgspec.MsgspecError:
        raise OutOfStep("somebody else answers on the subject") from None
    error = acknowledgement.error
    if error is not None:
        if error.err_code in _WRONG_LAST_SEQUENCE:
            raise OutOfStep(error.description)
        raise Refused(error.description or f"error {error.err_code}")
    if acknowledgement.stream != STREAM or acknowledgement.seq != position or acknowledgement.duplicate:
        raise OutOfStep(f"position {position} became {acknowledgement.seq} of {acknowledgement.stream}")
