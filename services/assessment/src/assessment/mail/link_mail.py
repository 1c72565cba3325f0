"""The mail with a link: what it is made of at the moment at which it is sent."""

from datetime import datetime
from email.message import EmailMessage

from assessment.app.links import link
from assessment.domain.invites import has_expired
from assessment.mail.means import Drop, Means, Prepared, Ready, Wait
from assessment.mail.messages import LinkMail, link_message
from assessment.mail.recipients import opened_candidate
from assessment.read_models.queries_mail import Addressee, ClaimedMail, addressee


async def prepared_link(means: Means, claimed: ClaimedMail) -> Prepared:
    who = await addressee(means.pool, claimed.invite_id)
    if who is None:
        return Wait("the invite is not known yet")
    if (reason := _moot(claimed, who, means.now())) is not None:
        return Drop(reason)
    details = await opened_candidate(means, claimed.employer_id, who.candidate_id, who.sealed_details)
    if isinstance(details, Drop):
        return details
    url = link(means.link_base_url, means.secrets.invite_token(claimed.invite_id, claimed.generation))
    mail = LinkMail(claimed.event_id, details.name, details.email, who.title, url, who.expires_at)

    def written() -> EmailMessage:
        return link_message(mail, means.mail_from, means.now())

    return Ready(details.email, written)


def _moot(claimed: ClaimedMail, who: Addressee, now: datetime) -> str | None:
    """Tell why a link would be of no use."""
    if who.status == "revoked":
        return "the invite was revoked"
    if who.generation > claimed.generation:
        return "the invite was sent again"
    return "the invite has expired" if has_expired(who.expires_at, now) else None
