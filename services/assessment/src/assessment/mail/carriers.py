"""How mail is carried: by SMTP, or as files into a directory where nothing is sent."""

import asyncio
import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol

from assessment.settings import MailSettings

PERMANENT: Final = range(500, 600)
PRIVATE: Final = 0o600
PRIVATE_DIRECTORY: Final = 0o700
NO_UNICODE: Final = "the mail server takes no address with other than ASCII letters (SMTPUTF8)"
_ENHANCED: Final = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


class MailRefused(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The server will never take this mail; the text holds its codes, and nothing that it said of anybody."""


class MailTrouble(Exception):  # noqa: N818 (an outcome, named for what it is)
    """It was not taken this time, or nobody knows whether it was."""


class Carrier(Protocol):
    """Hands a mail over. Raises MailRefused and MailTrouble; where it returns, the mail was taken."""

    async def carry(self, message: EmailMessage, sender: str, recipient: str) -> None: ...


def carrier_of(settings: MailSettings) -> Carrier:
    assert settings.is_configured, "mail is carried only where somebody said how"
    return SmtpCarrier(settings) if settings.mail_host else DirectoryCarrier(Path(settings.mail_directory))


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """One connection for each mail, in a thread, with a bound on each step."""

    settings: MailSettings

    async def carry(self, message: EmailMessage, sender: str, recipient: str) -> None:
        await asyncio.to_thread(self._carry, message, sender, recipient)

    def _carry(self, message: EmailMessage, sender: str, recipient: str) -> None:
        try:
            client = self._connected()
        except (smtplib.SMTPException, OSError) as failure:
            raise MailTrouble(_told(failure)) from failure
        with client:
            try:
                client.send_message(message, sender, [recipient])
            except smtplib.SMTPRecipientsRefused as refused:
                code, text = next(iter(refused.recipients.values()))
                raise _refusal(code, text) from refused
            except smtplib.SMTPDataError as refused:
                raise _refusal(refused.smtp_code, refused.smtp_error) from refused
            except smtplib.SMTPNotSupportedError as refused:
                raise MailRefused(NO_UNICODE) from refused
            except (smtplib.SMTPException, OSError) as failure:
                raise MailTrouble(_told(failure)) from failure

    def _connected(self) -> smtplib.SMTP:
        told = self.settings
        if told.mail_tls == "implicit":
            trust = ssl.create_default_context()
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                told.mail_host, told.mail_port, timeout=told.mail_seconds, context=trust
            )
        else:
            client = smtplib.SMTP(told.mail_host, told.mail_port, timeout=told.mail_seconds)
        try:
            if told.mail_tls == "starttls":
                client.starttls(context=ssl.create_default_context())
            if told.mail_user:
                client.login(told.mail_user, told.mail_password)
        except BaseException:
            client.close()
            raise
        return client


@dataclass(frozen=True, slots=True)
class DirectoryCarrier:
    """Nothing is sent: each mail is a file that its owner alone can read, as any mail program opens it."""

    directory: Path

    async def carry(self, message: EmailMessage, sender: str, recipient: str) -> None:
        name = re.sub(r"[^A-Za-z0-9-]", "_", message["Message-ID"].strip("<>").partition("@")[0])
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=PRIVATE_DIRECTORY)
            number = os.open(self.directory / f"{name}.eml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
            with os.fdopen(number, "wb") as file:
                file.write(message.as_bytes())
        except OSError as failure:
            raise MailTrouble(_told(failure)) from failure


def _refusal(code: int, text: bytes | str) -> MailRefused | MailTrouble:
    """Tell by its codes whether a refusal is final; what else a server says may quote an address."""
    enhanced = _ENHANCED.match(text if isinstance(text, bytes) else text.encode())
    told = f"{code} {enhanced[0].decode()}" if enhanced else str(code)
    return MailRefused(told) if code in PERMANENT else MailTrouble(told)


def _told(failure: Exception) -> str:
    code = getattr(failure, "smtp_code", None)
    return f"{type(failure).__name__} {code}" if code else type(failure).__name__
