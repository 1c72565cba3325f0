"""A real mail server on loopback that takes mail, refuses some of it, is slow, or dies in the middle of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """refused: answers to RCPT by address; after_data: what becomes of a mail whose text has come in."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    after_data: str = ""
    pause_seconds: float = 0
    deaths: int = 0

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (likewise)
        await asyncio.sleep(self.pause_seconds)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos[0], message))
        if self.deaths:
            self.deaths -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.after_data or "250 OK"


@asynccontextmanager
async def a_mail_server(mailbox: Mailbox, *, unicode: bool = True, port: int = 0) -> AsyncIterator[int]:
    """Serve until the end; its port."""
    loop = asyncio.get_running_loop()

    def made() -> SMTP:
        return SMTP(mailbox, enable_SMTPUTF8=unicode, hostname="mail.example", loop=loop)

    server = await loop.create_server(made, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
