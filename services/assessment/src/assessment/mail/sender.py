"""Sees to it that mail that was asked for is sent: at least once, each under one Message-ID, and not for ever.

What was asked for stands in the log; how far that was looked through, and what is pending, stands in the vault. So a
restart goes on where it was, and a rebuild of the projection sends nothing again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assessment.app.links import link
from assessment.app.sealing import SealBroken
from assessment.app.secrets import Secrets
from assessment.app.vault import Vault
from assessment.domain.decision import Refused
from assessment.domain.invites import has_expired
from assessment.domain.sealing import details_context, opened_details
from assessment.mail.carriers import Carrier, MailRefused, MailTrouble
from assessment.mail.messages import LinkMail, link_message, recipient
from assessment.projections.project_invites import FIRST_GENERATION
from assessment.read_models import queries_mail
from assessment.read_models.ports import Pool
from assessment.read_models.queries_mail import Addressee, AskedMail, ClaimedMail
from contracts.envelope import Event
from contracts.events import InviteCreated, InviteResent, decode_event
from eventrail_client.port import EventStore

TYPES: Final = ("invite.created", "invite.resent")
PAGE_EVENTS: Final = 500
KEPT_HOURS: Final = 48
"""What could not be sent by then is given up: its link may be of no use any more."""

LONGEST_PAUSE_SECONDS: Final = 900.0
LEASE_STEPS: Final = 6
"""Steps of one conversation with the server, each with its bound: for so long a mail is its sender's alone."""

_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What mail is sent with.

    pool: of a role that sees every employer's mail; the vault's sees one candidate's keys at a time
    step_seconds: the bound of one step with the server
    pause_seconds: between looks, and the first pause after trouble; it doubles from there
    """

    pool: Pool
    store: EventStore
    secrets: Secrets
    vault: Vault
    carrier: Carrier
    mail_from: str
    link_base_url: str
    step_seconds: float
    pause_seconds: float
    now: Callable[[], datetime]


class Sender:
    """Takes up and sends; any number of them work side by side."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def run(self) -> None:
        """Work until cancelled. Raises StoreError and the database's failures, after which it may be run again."""
        while True:
            await self.take_up()
            while await self.send_one():
                pass
            await asyncio.sleep(self._means.pause_seconds)

    async def take_up(self) -> None:
        """Look through the log from where it was left."""
        means = self._means
        after = await queries_mail.mail_position(means.pool)
        while True:
            page = await means.store.read(after=after, types=TYPES, limit=PAGE_EVENTS)
            asked = [mail for event in page.events if (mail := asked_mail(event)) is not None]
            if page.scanned > after:
                await queries_mail.take_up(means.pool, asked, page.scanned)
            if page.scanned >= page.head or page.scanned <= after:
                return
            after = page.scanned

    async def send_one(self) -> bool:
        """Send the mail that waits longest; false where none is due."""
        means = self._means
        claimed = await queries_mail.claim(means.pool, LEASE_STEPS * means.step_seconds)
        if claimed is None:
            return False
        who = await queries_mail.addressee(means.pool, claimed.invite_id)
        if means.now() - claimed.asked_at > timedelta(hours=KEPT_HOURS):
            await queries_mail.settle(means.pool, claimed.event_id, "dropped", "it could not be sent in time")
        elif who is None:
            await queries_mail.put_off(means.pool, claimed.event_id, means.pause_seconds, "the invite is not known yet")
        elif (reason := _moot(claimed, who, means.now())) is not None:
            await queries_mail.settle(means.pool, claimed.event_id, "dropped", reason)
        else:
            await self._send(claimed, who)
        return True

    async def _send(self, claimed: ClaimedMail, who: Addressee) -> None:
        means = self._means
        context = details_context(who.candidate_id)
        try:
            plain = await means.vault.open_for_candidate(
                claimed.employer_id, who.candidate_id, context, who.sealed_details
            )
        except SealBroken:
            await queries_mail.settle(means.pool, claimed.event_id, "dropped", "the candidate's data can't be opened")
            return
        if plain is None:
            await queries_mail.settle(means.pool, claimed.event_id, "dropped", "the candidate was erased")
            return
        details = opened_details(plain)
        token = means.secrets.invite_token(claimed.invite_id, claimed.generation)
        url = link(means.link_base_url, token)
        mail = LinkMail(claimed.event_id, details.name, details.email, who.title, url, who.expires_at)
        try:
            message = link_message(mail, means.mail_from, means.now())
            await means.carrier.carry(message, means.mail_from, recipient(details.email))
        except (MailRefused, Refused, ValueError) as refused:
            told = str(refused) if isinstance(refused, MailRefused) else "no mail can be written to this address"
            await queries_mail.settle(means.pool, claimed.event_id, "refused", told)
        except MailTrouble as trouble:
            pause = min(LONGEST_PAUSE_SECONDS, means.pause_seconds * 2.0 ** min(claimed.attempts, 20))
            fields = {"event_id": claimed.event_id, "attempts": claimed.attempts, "reason": str(trouble)}
            _LOG.warning("mail was not sent", extra={"fields": fields})
            await queries_mail.put_off(means.pool, claimed.event_id, pause, str(trouble))
        else:
            await queries_mail.settle(means.pool, claimed.event_id, "sent")


def asked_mail(event: Event) -> AskedMail | None:
    """Tell which mail an event asks for, if any."""
    fact = decode_event(event.type, event.data)
    if not isinstance(fact, InviteCreated | InviteResent) or not fact.mail:
        return None
    generation = fact.generation if isinstance(fact, InviteResent) else FIRST_GENERATION
    return AskedMail(event.id, fact.employer_id, fact.invite_id, generation, fact.at)


def _moot(claimed: ClaimedMail, who: Addressee, now: datetime) -> str | None:
    """Tell why a link would be of no use."""
    if who.status == "revoked":
        return "the invite was revoked"
    if who.generation > claimed.generation:
        return "the invite was sent again"
    return "the invite has expired" if has_expired(who.expires_at, now) else None
