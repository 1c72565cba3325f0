"""What mail is sent with, and what comes of looking at one that was asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from assessment.app.secrets import Secrets
from assessment.app.vault import Vault
from assessment.mail.carriers import Carrier
from assessment.read_models.ports import Pool
from eventrail_client.port import EventStore


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


@dataclass(frozen=True, slots=True)
class Drop:
    """There is nothing to send any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What is needed to send it is not there yet."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """email: whom it goes to; written: makes the mail, and raises ValueError where one can't be made."""

    email: str
    written: Callable[[], EmailMessage]


Prepared = Drop | Wait | Ready
