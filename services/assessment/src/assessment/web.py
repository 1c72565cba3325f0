"""The web process: reads its settings, opens what it needs, serves until it is told to stop, and closes in order.

Any number of them run side by side; nothing that must hold is kept in one process's memory.
"""

import logging
import os
import random
import secrets as randomness
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

import uvloop

from assessment.app.address_codes import AddressCodes
from assessment.app.candidate_keys import CandidateKeys
from assessment.app.claims import Claims
from assessment.app.commands import Commands, Means
from assessment.app.interruption import armed
from assessment.app.key_uses import KeyUses
from assessment.app.read_records import ReadRecords
from assessment.app.server_secret import load_secrets
from assessment.app.vault import Vault
from assessment.http.app import create_app
from assessment.http.health import Health
from assessment.http.limits import Limits
from assessment.http.seat_memory import SeatMemory
from assessment.http.service import Service
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.opened_pools import opened_pool
from assessment.read_models.queries_reader import Reader
from assessment.read_models.safety import check_database
from assessment.settings import (
    CommandSettings,
    DatabaseSettings,
    LimitSettings,
    LogSettings,
    MailSettings,
    WebSettings,
    check_budgets,
    command_settings,
    database_settings,
    limit_settings,
    log_level,
    log_settings,
    mail_settings,
    web_settings,
)
from eventrail_client.client import EventrailClient
from eventrail_client.options import Options
from servicekit.collector import collect_seldom
from servicekit.edge import Edge
from servicekit.json_log import configure_logging
from servicekit.server import listen, server

SIDE_CONNECTIONS: Final = 4
"""For candidates' keys, answer keys and scratch, which no transaction waits for."""

_LOG: Final = logging.getLogger("assessment.web")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the process was told at its start."""

    web: WebSettings
    database: DatabaseSettings
    log: LogSettings
    commands: CommandSettings
    limits: LimitSettings
    mail: MailSettings

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Raises SettingsRefused and LimitsInverted."""
        database, log = database_settings(environ), log_settings(environ)
        check_budgets(database, log)
        limits, mail = limit_settings(environ), mail_settings(environ)
        return cls(web_settings(environ), database, log, command_settings(environ), limits, mail)


def main(environ: Mapping[str, str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Raises what keeps it from starting, for an operator to read."""
    told = os.environ if environ is None else environ
    settings = Settings.read(told)
    configure_logging("assessment", level=log_level(told))
    uvloop.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    listener = listen(settings.web.host, settings.web.port)
    async with _service(settings) as service:
        host, port = listener.getsockname()[:2]
        _LOG.info("serving", extra={"fields": {"url": f"http://{host}:{port}"}})
        serving = server(Edge(create_app(service)), on_stopping=_nothing)
        collect_seldom()
        await serving.serve(sockets=[listener])
    _LOG.info("stopped")


@asynccontextmanager
async def _service(settings: Settings) -> AsyncGenerator[Service, None]:
    """Open the pools and the log's client; each purpose has a pool of its own."""
    database, log = settings.database, settings.log
    async with AsyncExitStack() as opened:
        commands_pool = await opened.enter_async_context(
            opened_pool(database, "commands", database.command_connections, DatabaseRole.COMMANDS)
        )
        reads_pool = await opened.enter_async_context(
            opened_pool(database, "reads", database.read_connections, DatabaseRole.READER)
        )
        side_pool = await opened.enter_async_context(
            opened_pool(database, "side", SIDE_CONNECTIONS, DatabaseRole.COMMANDS)
        )
        await check_database(reads_pool, database)
        store = await opened.enter_async_context(
            EventrailClient(log.eventrail_url, log.eventrail_token, Options(budget_seconds=log.append_seconds))
        )
        secrets = await load_secrets(side_pool)
        keys = CandidateKeys(side_pool, randomness.token_bytes)
        means = Means(
            commands_pool=commands_pool,
            reads_pool=reads_pool,
            store=store,
            secrets=secrets,
            candidate_keys=keys,
            settings=settings.commands,
            jitter=random.random,
            interrupt=armed(settings.commands.interruption),
        )
        reader = Reader(reads_pool)
        yield Service(
            settings=settings.web,
            commands=Commands(means),
            reader=reader,
            keys_reader=Reader(side_pool),
            scratch=side_pool,
            secrets=secrets,
            vault=Vault(secrets, keys),
            health=Health(reader, store),
            limits=Limits.of(settings.limits, time.monotonic_ns),
            seats=SeatMemory(),
            key_uses=KeyUses(side_pool),
            log=store,
            read_records=ReadRecords(store, side_pool),
            codes=AddressCodes(side_pool, secrets),
            claims=Claims(side_pool, secrets),
            now=_now,
            mails=settings.mail.is_configured,
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing() -> None:
    """No answer of this service is so long that it must be told to end."""
