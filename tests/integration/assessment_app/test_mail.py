"""Mail against a real mail server: taken, refused, away, slow, killed in the middle, and never sent by a rebuild."""

import dataclasses
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from assessment.app.candidate_keys import CandidateKeys
from assessment.app.vault import Vault
from assessment.domain.commands import ResendInvite, RevokeInvite
from assessment.domain.decision import Refused
from assessment.mail.carriers import SmtpCarrier
from assessment.mail.means import Means
from assessment.mail.messages import LinkMail, link_message
from assessment.mail.sender import KEPT_HOURS, Sender
from assessment.projections.progress import Quiet
from assessment.projections.rebuilding import Rebuilder
from assessment.read_models.connections import connect
from assessment.read_models.ports import OwnConnection
from assessment.settings import MailSettings
from embedded.ports import free_port
from tests.integration.assessment_app.orders import Published, a_published, digest, issue_invites, new_id
from tests.integration.assessment_app.world import NOW, Process, World
from tests.kit.mail_server import Mailbox, a_mail_server

BASE = "https://tests.example/take"
STATES = "SELECT state, attempts, detail FROM vault.outgoing_mail ORDER BY asked_at, invite_id"
DUE_NOW = "UPDATE vault.outgoing_mail SET due_at = clock_timestamp()"


@pytest.fixture
async def published(world: World, process: Process) -> Published:
    return await a_published(world, process, title="Knots")


def sender(
    world: World, process: Process, port: int, now: Callable[[], datetime] = lambda: NOW, **changed: Any
) -> Sender:
    settings = MailSettings(mail_host="127.0.0.1", mail_port=port, mail_tls="none", **changed)
    return Sender(
        Means(
            pool=world.side,
            store=world.store,
            secrets=world.secrets,
            vault=process.vault,
            carrier=SmtpCarrier(settings),
            mail_from="jobs@example.org",
            link_base_url=BASE,
            step_seconds=settings.mail_seconds,
            pause_seconds=60,
            now=now,
        )
    )


async def invite(world: World, process: Process, at: Published, *emails: str, mail: bool = True) -> list[str]:
    """Their ids, in the order in which they were asked for."""
    key = new_id()
    await process.execute(issue_invites(world, at.employer_id, at.assessment_id, key, *emails, mail=mail), key)
    command = issue_invites(world, at.employer_id, at.assessment_id, key, *emails)
    return [order.invite_id for order in command.orders]


async def work(one: Sender) -> None:
    await one.take_up()
    while await one.send_one():
        pass


def text(message: EmailMessage) -> str:
    return str(message.get_content())


async def test_who_was_asked_to_be_sent_their_link_gets_it_once(
    world: World, process: Process, published: Published
) -> None:
    box = Mailbox()
    (first,) = await invite(world, process, published, "grace@example.org")
    await invite(world, process, published, "silent@example.org", mail=False)
    async with a_mail_server(box) as port:
        one, other = sender(world, process, port), sender(world, process, port)
        await work(one)
        await work(other)
        await work(one)
    ((to, message),) = box.taken
    token = world.secrets.invite_token(first, 1)
    assert to == "grace@example.org"
    assert f"{BASE}#{token}" in text(message)
    assert (message["To"], message["From"]) == ("Grace 🚀 <grace@example.org>", "jobs@example.org")
    assert message["Subject"] == "Invitation: Knots"
    event = (await world.store.read(types=("invite.created",))).events[0]
    assert message["Message-ID"] == f"<{event.id}@example.org>"
    assert await world.rows(STATES) == [("sent", 1, None)]
    assert token not in str(await world.rows("SELECT * FROM vault.outgoing_mail"))


async def test_a_mail_server_that_is_away_is_tried_again_later(
    world: World, process: Process, published: Published
) -> None:
    box, port = Mailbox(), free_port()
    await invite(world, process, published, "grace@example.org")
    await work(sender(world, process, port))
    assert await world.rows(STATES) == [("pending", 1, "ConnectionRefusedError")]
    wait = await world.value("SELECT due_at - clock_timestamp() FROM vault.outgoing_mail")
    assert timedelta(seconds=60) < wait <= timedelta(seconds=120)
    async with a_mail_server(box, port=port):
        await work(sender(world, process, port))
        assert box.taken == []  # not yet due
        await world.side.execute(DUE_NOW)
        await work(sender(world, process, port))
    assert [to for to, _ in box.taken] == ["grace@example.org"]
    assert await world.rows(STATES) == [("sent", 2, None)]


async def test_a_refusal_for_good_is_final_and_tells_codes_only(
    world: World, process: Process, published: Published
) -> None:
    box = Mailbox()
    box.refused = {
        "no@example.org": "550 5.1.1 <no@example.org> is not known",
        "full@example.org": "452 4.2.2 full",
    }
    await invite(world, process, published, "no@example.org")
    await invite(world, process, published, "full@example.org")
    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
    assert sorted(await world.rows(STATES)) == [("pending", 1, "452 4.2.2"), ("refused", 1, "550 5.1.1")]
    box.after_data = "554 5.6.0 no"
    await world.side.execute(DUE_NOW)
    box.refused = {}
    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
    assert sorted(await world.rows(STATES)) == [("refused", 1, "550 5.1.1"), ("refused", 2, "554 5.6.0")]


async def test_a_server_that_dies_after_the_text_may_have_it_and_gets_it_again_under_the_same_id(
    world: World, process: Process, published: Published
) -> None:
    box = Mailbox(deaths=1)
    await invite(world, process, published, "grace@example.org")
    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
        assert (await world.rows(STATES))[0][0] == "pending"
        await world.side.execute(DUE_NOW)
        await work(sender(world, process, port))
    first, second = (message["Message-ID"] for _, message in box.taken)
    assert first == second
    assert (await world.rows(STATES))[0][:2] == ("sent", 2)


async def test_a_slow_server_has_its_bound(world: World, process: Process, published: Published) -> None:
    box = Mailbox(pause_seconds=1)
    await invite(world, process, published, "grace@example.org")
    async with a_mail_server(box) as port:
        await work(sender(world, process, port, mail_seconds=0.2))
        assert [(state, attempts) for state, attempts, _ in await world.rows(STATES)] == [("pending", 1)]


async def test_a_sender_that_died_leaves_its_mail_to_another_once_its_lease_is_over(
    world: World, process: Process, published: Published
) -> None:
    box = Mailbox()
    await invite(world, process, published, "grace@example.org")
    async with a_mail_server(box) as port:
        one = sender(world, process, port)
        await one.take_up()
        claim = "UPDATE vault.outgoing_mail SET attempts = 1, due_at = clock_timestamp() + interval '1 hour'"
        await world.side.execute(claim)  # claimed, and then nothing was heard of its sender
        await work(one)
        assert box.taken == []
        await world.side.execute(DUE_NOW)
        await work(sender(world, process, port))
    assert len(box.taken) == 1


async def test_an_address_in_unicode_needs_a_server_that_takes_it(
    world: World, process: Process, published: Published
) -> None:
    box = Mailbox()
    await invite(world, process, published, "zoë@müller.example")
    async with a_mail_server(box, unicode=False) as port:
        await work(sender(world, process, port))
    ((state, _, detail),) = await world.rows(STATES)
    assert state == "refused"
    assert "SMTPUTF8" in detail
    await invite(world, process, published, "zoë@müller.example", "bo@müller.example")
    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
    assert {to for to, _ in box.taken} == {"zoë@xn--mller-kva.example", "bo@xn--mller-kva.example"}


async def test_what_is_of_no_use_any_more_is_not_sent(world: World, process: Process, published: Published) -> None:
    box = Mailbox()
    revoked, resent, kept = await invite(world, process, published, *(f"{n}@example.org" for n in range(3)))
    at = (published.employer_id, published.assessment_id)
    await process.execute(RevokeInvite(*at, revoked, NOW))
    await process.execute(ResendInvite(*at, resent, {2: digest("second")}, NOW, mail=True))
    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
        assert {to for to, _ in box.taken} == {"1@example.org", "2@example.org"}
        links = "".join(text(message) for _, message in box.taken)
        assert world.secrets.invite_token(resent, 2) in links
        assert world.secrets.invite_token(resent, 1) not in links
        assert world.secrets.invite_token(kept, 1) in links
        states = sorted((state, detail) for state, _, detail in await world.rows(STATES))
        expected = [("dropped", "the invite was revoked"), ("dropped", "the invite was sent again")]
        assert states == [*expected, ("sent", None), ("sent", None)]
        await invite(world, process, published, "late@example.org")
        late = NOW + timedelta(hours=KEPT_HOURS, seconds=1)
        await work(sender(world, process, port, lambda: late))
        assert len(box.taken) == 2
    assert ("dropped", "it could not be sent in time") in [(state, why) for state, _, why in await world.rows(STATES)]


async def test_a_mail_that_can_not_be_made_holds_up_no_other(
    world: World, process: Process, published: Published
) -> None:
    box = Mailbox()
    await invite(world, process, published, "broken@example.org", "erased@example.org", "grace@example.org")
    ids = [world.secrets.candidate_id(published.employer_id, f"{name}@example.org") for name in ("broken", "erased")]
    await world.side.execute("UPDATE live.candidates SET sealed_details = 'gcm1.AAAA' WHERE id = $1", ids[0])
    await world.side.execute("UPDATE vault.candidate_keys SET key = NULL WHERE candidate_id = $1", ids[1])
    keys = CandidateKeys(world.side, secrets.token_bytes)  # which has seen none of them
    process.vault = Vault(world.secrets, keys)
    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
    assert [to for to, _ in box.taken] == ["grace@example.org"]
    found = sorted((state, detail) for state, _, detail in await world.rows(STATES))
    reasons = ["the candidate was erased", "the candidate's data can't be opened"]
    assert found == [*(("dropped", reason) for reason in reasons), ("sent", None)]


async def test_a_rebuild_sends_nothing_again(world: World, process: Process, published: Published) -> None:
    box = Mailbox()
    await invite(world, process, published, "grace@example.org")

    async def connected() -> OwnConnection:
        limits = {"lock_timeout": "5000", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
        return await connect(world.settings, "rebuild", limits=limits)

    async with a_mail_server(box) as port:
        await work(sender(world, process, port))
        compared, _ = await Rebuilder(connected, world.store, Quiet(), lambda: datetime.now(UTC)).rebuild()
        assert compared.is_equal
        await work(sender(world, process, port))
    assert len(box.taken) == 1


def test_a_line_break_in_a_name_or_an_address_adds_no_header() -> None:
    evil = "Bo\r\nBcc: all@example.org\n\nBuy"
    mail = LinkMail(new_id(), evil, "bo@example.org", evil, BASE, NOW)
    written = link_message(mail, "jobs@example.org", NOW)
    assert written["Bcc"] is None
    assert b"\nBcc:" not in written.as_bytes()
    broken = dataclasses.replace(mail, email="bo@example.org\r\nBcc: all@example.org")
    with pytest.raises(Refused):
        link_message(broken, "jobs@example.org", NOW)
