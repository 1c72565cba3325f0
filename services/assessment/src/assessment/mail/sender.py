"""Sees to it that mail that was asked for is sent: at least once, each under one Message-ID, and not for ever.

What links were asked for stands in the log; how far that was looked through, and what is pending, stands in the vault,
as codes do from the first. So a restart goes on where it was, and a rebuild of the projection sends nothing again.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Final, assert_never

from assessment.domain.decision import Refused
from assessment.mail.carriers import MailRefused, MailTrouble
from assessment.mail.code_mail import prepared_code
from assessment.mail.link_mail import prepared_link
from assessment.mail.means import Drop, Means, Ready, Wait
from assessment.mail.messages import recipient
from assessment.projections.project_invites import FIRST_GENERATION
from assessment.read_models import queries_mail
from assessment.read_models.queries_mail import AskedMail, ClaimedMail
from contracts.envelope import Event
from contracts.events import InviteCreated, InviteResent, decode_event

TYPES: Final = ("invite.created", "invite.resent")
PAGE_EVENTS: Final = 500
KEPT_HOURS: Final = 48
"""What could not be sent by then is given up: its link may be of no use any more."""

LONGEST_PAUSE_SECONDS: Final = 900.0
LEASE_STEPS: Final = 6
"""Steps of one conversation with the server, each with its bound: for so long a mail is its sender's alone."""

_LOG: Final = logging.getLogger(__name__)


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
        if means.now() - claimed.asked_at > timedelta(hours=KEPT_HOURS):
            await queries_mail.settle(means.pool, claimed.event_id, "dropped", "it could not be sent in time")
            return True
        prepared = await (prepared_code if claimed.kind == "code" else prepared_link)(means, claimed)
        match prepared:
            case Drop(reason):
                await queries_mail.settle(means.pool, claimed.event_id, "dropped", reason)
            case Wait(reason):
                await queries_mail.put_off(means.pool, claimed.event_id, means.pause_seconds, reason)
            case Ready():
                await self._send(claimed, prepared)
            case _:
                assert_never(prepared)
        return True

    async def _send(self, claimed: ClaimedMail, ready: Ready) -> None:
        means = self._means
        try:
            await means.carrier.carry(ready.written(), means.mail_from, recipient(ready.email))
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
