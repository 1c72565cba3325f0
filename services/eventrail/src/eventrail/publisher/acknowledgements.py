"""The answers to messages that ask for one: a single subscription, and a future for each position."""

import asyncio
from typing import Final, Self

from nats.aio.client import Client
from nats.aio.msg import Msg

_STATUS: Final = "Status"
NO_RESPONDERS: Final = "503"


class Acknowledgements:
    """Belongs to one connection; what is not answered when that ends is given up by `end`."""

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox
        self._expected: dict[str, asyncio.Future[bytes | None]] = {}
        self._has_ended = False

    @classmethod
    async def open(cls, client: Client) -> Self:
        opened = cls(client.new_inbox())
        await client.subscribe(f"{opened._inbox}.*", cb=opened._receive)
        return opened

    def expect(self, position: int) -> tuple[str, "asyncio.Future[bytes | None]"]:
        """The reply subject of a message, and its answer; None where no stream takes the message."""
        subject = f"{self._inbox}.{position}"
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        if self._has_ended:
            answer.set_result(None)
        else:
            self._expected[subject] = answer
        return subject, answer

    def end(self) -> None:
        """Let nobody wait any more: what is still expected is answered with None."""
        self._has_ended = True
        for answer in self._expected.values():
            if not answer.done():
                answer.set_result(None)
        self._expected.clear()

    async def _receive(self, message: Msg) -> None:
        answer = self._expected.pop(message.subject, None)
        if answer is not None and not answer.done():
            nobody = bool(message.headers) and (message.headers or {}).get(_STATUS) == NO_RESPONDERS
            answer.set_result(None if nobody else message.data)
