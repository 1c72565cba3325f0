"""The mail with a one-time code: what it is made of at the moment at which it is sent."""

from email.message import EmailMessage

from assessment.mail.means import Drop, Means, Prepared, Ready, Wait
from assessment.mail.messages import CodeMail, code_message
from assessment.mail.recipients import opened_candidate, opened_claimant
from assessment.read_models.queries_mail import ClaimedMail, code_addressee


async def prepared_code(means: Means, claimed: ClaimedMail) -> Prepared:
    holder_id = claimed.invite_id
    who = await code_addressee(means.pool, holder_id)
    if who is None or who.code_id != claimed.event_id:
        return Drop("another code was asked for")
    if means.now() >= who.expires_at:
        return Drop("the code has expired")
    if who.sealed_claim is not None:
        details = opened_claimant(means, holder_id, who.sealed_claim)
    elif who.candidate_id is not None and who.sealed_details is not None:
        details = await opened_candidate(means, claimed.employer_id, who.candidate_id, who.sealed_details)
    else:
        return Wait("who asked for it is not known yet")
    if isinstance(details, Drop):
        return details
    mail = CodeMail(who.code_id, details.email, who.title, means.secrets.address_code(who.code_id), who.expires_at)

    def written() -> EmailMessage:
        return code_message(mail, means.mail_from, means.now())

    return Ready(details.email, written)
