"""Whoever else publishes on our subjects, seen as it happens: the server sends us all messages but our own."""

from typing import Self

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from contracts.subjects import ALL_EVENTS
from eventrail.publisher.connection import Connection
from eventrail.publisher.failures import OutOfStep, Refused
from eventrail.publisher.stream import API_SECONDS, translated


class Strangers:
    """Belongs to one connection. Costs nothing while nobody else publishes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._subject = ""

    @classmethod
    async def watched(cls, connection: Connection) -> Self:
        """From its return on, nobody is missed. Raises `Refused` without the right to subscribe, or `Unreachable`.

        Its request is what the server handles after the subscription; the client's `flush` may overtake that.
        """
        watch = cls(connection)
        try:
            await connection.client.subscribe(ALL_EVENTS, cb=watch._seen)
            await connection.client.jetstream(timeout=API_SECONDS).account_info()
        except (NatsError, OSError, TimeoutError) as error:
            raise translated(error) from error
        watch.check()
        return watch

    def check(self) -> None:
        """Raises `OutOfStep` once somebody was seen: what was sent meanwhile has to be read back."""
        if self._connection.refusal:
            raise Refused(self._connection.refusal)
        if self._subject:
            raise OutOfStep(f"somebody else publishes on {self._subject}")

    async def _seen(self, message: Msg) -> None:
        self._subject = message.subject
