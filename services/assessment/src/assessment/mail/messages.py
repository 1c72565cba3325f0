"""The mails that carry a link or a code: one recipient, plain text, and headers that no value can add to."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from assessment.domain.address import normalized_address

MAX_SUBJECT_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True)
class LinkMail:
    """event_id: what asked for the mail, from which its Message-ID is made, so that a double is known as one."""

    event_id: str
    name: str
    email: str
    title: str
    link: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeMail:
    """It names nobody: a stranger may have typed the address, and would else be able to write to whoever has it."""

    code_id: str
    email: str
    title: str
    code: str
    expires_at: datetime


def link_message(mail: LinkMail, sender: str, now: datetime) -> EmailMessage:
    """Write the mail. Raises ValueError where an address or a name can't stand in a header."""
    message = _headed(sender, mail.event_id, now)
    message["To"] = _address(mail.name, mail.email)
    message["Subject"] = f"Invitation: {_line(mail.title)}"[:MAX_SUBJECT_CHARACTERS]
    message.set_content(_text(mail), cte="quoted-printable")
    return message


def code_message(mail: CodeMail, sender: str, now: datetime) -> EmailMessage:
    """Write the mail; the code is not in the subject, which a locked telephone shows. Raises ValueError."""
    message = _headed(sender, mail.code_id, now)
    message["To"] = _address("", mail.email)
    message["Subject"] = f"Your code: {_line(mail.title)}"[:MAX_SUBJECT_CHARACTERS]
    text = (
        f"The code for \u201c{_line(mail.title)}\u201d:\n\n"
        f"{mail.code}\n\n"
        f"Enter it on the page that asked for it. It counts until {mail.expires_at:%Y-%m-%d %H:%M} UTC.\n\n"
        "If you did not ask for it, somebody else has typed your address: nothing happens without the code.\n"
        "Give it to nobody.\n"
    )
    message.set_content(text, cte="quoted-printable")
    return message


def _headed(sender: str, identity: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = _address("", sender)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{identity}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def recipient(email: str) -> str:
    """Give an address as it is told to a mail server: the local part as it was given, the domain in ASCII."""
    local, _, _ = email.strip().rpartition("@")
    return f"{local}@{_domain(email)}"


def _address(name: str, email: str) -> Address:
    local, _, domain = recipient(email).rpartition("@")
    return Address(display_name=_line(name), username=local, domain=domain)


def _domain(email: str) -> str:
    return normalized_address(email, "email").rpartition("@")[2]


def _line(text: str) -> str:
    """Give a text as one line: whatever else it holds, no line of a header ends in it."""
    return " ".join(text.split())


def _text(mail: LinkMail) -> str:
    until = "" if mail.expires_at is None else f"The link counts until {mail.expires_at:%Y-%m-%d %H:%M} UTC.\n\n"
    return (
        f"Hello {_line(mail.name)},\n\n"
        f"you are invited to take \u201c{_line(mail.title)}\u201d. Your personal link:\n\n"
        f"{mail.link}\n\n{until}"
        "It is meant for you alone: whoever has it may answer in your place.\n"
    )
