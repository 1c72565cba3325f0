"""Links that need a code, and the mailbox that it comes into: steps of the tests about proof of an address."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from assessment.app.secrets import Secrets, digest
from assessment.domain.commands import ChangePublicLink, IssueInvites, Seat
from assessment.mail.carriers import SmtpCarrier
from assessment.mail.means import Means
from assessment.mail.sender import Sender
from assessment.settings import MailSettings
from tests.integration.assessment_app.clocked import Clocked, Reply
from tests.integration.assessment_app.orders import Published, invite_order, new_id, seat_of
from tests.integration.assessment_app.world import NOW, Process, World
from tests.kit.mail_server import Mailbox, a_mail_server

CODE = re.compile(r"^(\d{6})\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """What somebody holds, and asks with."""

    service: Clocked
    token: str
    seat: Seat | None = None

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Again where two connections for reads were too few for all that came at once: nothing was done then."""
        while True:
            reply = await self.service.send(method, f"/v1/take{path}", self.token, body, **headers)
            if reply.status != 503 or reply.problem != "busy":
                return reply

    async def code(self, **headers: str) -> Reply:
        return await self.ask("POST", "/code", **headers)

    async def enter(self, code: str, **headers: str) -> Reply:
        return await self.ask("POST", "/code/verify", {"code": code}, **headers)

    @property
    def opened(self) -> Seat:
        assert self.seat is not None
        return self.seat


async def a_link(
    world: World,
    process: Process,
    service: Clocked,
    at: Published,
    email: str = "grace@example.org",
    *,
    verify_email: bool = True,
    **more: Any,
) -> Link:
    """A personal one."""
    key = new_id()
    order = invite_order(world, at.employer_id, email, key)
    token = world.secrets.invite_token(order.invite_id, 1)
    order = replace(order, token_sha256=digest(token), verify_email=verify_email, **more)
    await process.execute(IssueInvites(at.employer_id, at.assessment_id, (order,), NOW), key)
    return Link(service, token, seat_of(world, at.employer_id, at.assessment_id, key, email))


async def ask_proof(process: Process, at: Published, **changes: Any) -> None:
    """Let nobody in by the public link who has not proved their address."""
    command = ChangePublicLink(at.employer_id, at.assessment_id, True, None, None, None, NOW, verify_email=True)
    await process.execute(replace(command, **changes))


async def join(world: World, service: Clocked, at: Published, email: str, **headers: str) -> Reply:
    body = {"name": "Ann", "email": email}
    return await service.send("POST", f"/v1/public/{world.secrets.slug(at.assessment_id)}", "", body, **headers)


async def claimed(world: World, service: Clocked, at: Published, email: str) -> Link:
    reply = await join(world, service, at, email)
    assert reply.status == 201, reply
    return Link(service, reply.json["token"])


def a_sender(world: World, process: Process, service: Clocked, port: int, secrets: Secrets | None = None) -> Sender:
    settings = MailSettings(mail_host="127.0.0.1", mail_port=port, mail_tls="none")
    return Sender(
        Means(
            pool=world.side,
            store=world.store,
            secrets=secrets or world.secrets,
            vault=process.vault,
            carrier=SmtpCarrier(settings),
            mail_from="jobs@example.org",
            link_base_url="https://tests.example/take",
            step_seconds=settings.mail_seconds,
            pause_seconds=60,
            now=lambda: service.now,
        )
    )


async def mailed(world: World, process: Process, service: Clocked, secrets: Secrets | None = None) -> Mailbox:
    """Send all that waits, by SMTP, and give what came in."""
    box = Mailbox()
    async with a_mail_server(box) as port:
        sender = a_sender(world, process, service, port, secrets)
        await sender.take_up()
        while await sender.send_one():
            pass
    return box


async def codes_mailed(world: World, process: Process, service: Clocked) -> list[tuple[str, str]]:
    """To whom which code came, in their order."""
    box = await mailed(world, process, service)
    return [(to, CODE.findall(str(message.get_content()))[0]) for to, message in box.taken]


async def code_for(world: World, process: Process, service: Clocked, link: Link) -> str:
    """Ask for a code and read it in the mail."""
    reply = await link.code()
    assert reply.status == 200, reply
    ((_, code),) = await codes_mailed(world, process, service)
    return code


def another(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10**6:06}"


MICROSECOND = timedelta(microseconds=1)
