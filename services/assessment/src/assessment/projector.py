"""The projector's process: `assessment project`, until it is told to stop; sweeper and mail work beside it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from assessment.mailing import send_mail
from assessment.projections.runner import Projector
from assessment.read_models.connections import OwnConnection, connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.safety import check_database
from assessment.settings import (
    CommandSettings,
    DatabaseSettings,
    LinkSettings,
    LogSettings,
    MailSettings,
    SweepSettings,
    check_budgets,
    command_settings,
    database_settings,
    link_settings,
    log_level,
    log_settings,
    mail_settings,
    sweep_settings,
)
from assessment.sweeping import sweep
from eventrail_client.client import EventrailClient
from eventrail_client.feed import Feed, NoFeed
from eventrail_client.nats_feed import NatsFeed
from eventrail_client.options import Options
from servicekit.json_log import configure_logging

PATIENT: Final = {"lock_timeout": "0", "statement_timeout": "60000"}
"""It waits for the keys of commands under way, whose own limits end them."""

_LOG: Final = logging.getLogger(__name__)


def main(environ: Mapping[str, str]) -> int:
    """Work until SIGTERM or SIGINT. Raises ForeignLog, LogBehind, UnsafeDatabase and what settings refuse."""
    database, log = database_settings(environ), log_settings(environ)
    check_budgets(database, log)
    commands, sweeps = command_settings(environ), sweep_settings(environ)
    configure_logging("projector", level=log_level(environ))
    mails = mail_settings(environ)
    links = link_settings(environ) if mails.is_configured else None
    asyncio.run(_serve(_work(database, log, commands, sweeps), _mail(database, log, mails, links)))
    return 0


async def _serve(*endless: Coroutine[Any, Any, None]) -> None:
    working = asyncio.create_task(_together(*endless))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    _LOG.info("projecting")
    with contextlib.suppress(asyncio.CancelledError):
        await working
    _LOG.info("stopped")


async def _work(database: DatabaseSettings, log: LogSettings, commands: CommandSettings, sweeps: SweepSettings) -> None:
    """Each with a client of its own: a sweep's appends have a budget, following the log has none."""
    bounded = Options(budget_seconds=log.append_seconds)
    async with (
        EventrailClient(log.eventrail_url, log.eventrail_token) as followed,
        EventrailClient(log.eventrail_url, log.eventrail_token, bounded) as appended,
    ):
        projector = Projector(lambda: _connected(database), followed, lambda: _feed(log))
        await _together(projector.run(), sweep(database, appended, commands, sweeps))


async def _mail(database: DatabaseSettings, log: LogSettings, mails: MailSettings, links: LinkSettings | None) -> None:
    """Send what was asked for, where somebody said how; wait otherwise."""
    if links is None:
        await asyncio.Event().wait()
        return
    async with EventrailClient(log.eventrail_url, log.eventrail_token) as read:
        await send_mail(database, read, mails, links)


async def _together(*endless: Coroutine[Any, Any, None]) -> None:
    """All until the first of them ends, and then as that one did."""
    tasks = [asyncio.create_task(one) for one in endless]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _connected(database: DatabaseSettings) -> OwnConnection:
    connection = await connect(database, "projector", role=DatabaseRole.PROJECTOR, limits=PATIENT)
    try:
        await check_database(connection, database)
    except BaseException:
        connection.terminate()
        raise
    return connection


def _feed(log: LogSettings) -> Feed:
    return NatsFeed(log.nats_url) if log.nats_url else NoFeed()
