"""What every handler works with, given once when the application is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from assessment.app.address_codes import AddressCodes
from assessment.app.claims import Claims
from assessment.app.commands import Commands
from assessment.app.key_uses import KeyUses
from assessment.app.read_records import ReadRecords
from assessment.app.secrets import Secrets
from assessment.app.vault import Vault
from assessment.http.health import Health
from assessment.http.limits import Limits
from assessment.http.seat_memory import SeatMemory
from assessment.read_models.ports import Pool
from assessment.read_models.queries_reader import Reader
from assessment.settings import WebSettings
from eventrail_client.port import EventStore


@dataclass(frozen=True, slots=True)
class Service:
    """keys_reader: reads answer keys too, which `reader` may not; scratch: a pool that may write, for import reports.

    now: the service's clock, aware and in UTC
    mails: whether links may be asked to be sent by mail, and codes are
    """

    settings: WebSettings
    commands: Commands
    reader: Reader
    keys_reader: Reader
    scratch: Pool
    secrets: Secrets
    vault: Vault
    health: Health
    limits: Limits
    seats: SeatMemory
    key_uses: KeyUses
    log: EventStore
    read_records: ReadRecords
    codes: AddressCodes
    claims: Claims
    now: Callable[[], datetime]
    mails: bool = False


ServiceGiven = NamedDependency[SkipValidation[Service]]
