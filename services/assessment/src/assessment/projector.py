"""The projector's process: `assessment project`, until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping
from typing import Final

from assessment.projections.runner import Projector
from assessment.read_models.connections import OwnConnection, connect
from assessment.settings import DatabaseSettings, LogSettings, database_settings, log_level, log_settings
from eventrail_client.client import EventrailClient
from eventrail_client.feed import Feed, NoFeed
from eventrail_client.nats_feed import NatsFeed
from servicekit.json_log import configure_logging

PATIENT: Final = {"lock_timeout": "0", "statement_timeout": "60000"}
"""It waits for the keys of commands under way, whose own limits end them."""

_LOG: Final = logging.getLogger(__name__)


def main(environ: Mapping[str, str]) -> int:
    """Work until SIGTERM or SIGINT. Raises ForeignLog, LogBehind and what settings refuse."""
    database, log = database_settings(environ), log_settings(environ)
    configure_logging("projector", level=log_level(environ))
    asyncio.run(_serve(database, log))
    return 0


async def _serve(database: DatabaseSettings, log: LogSettings) -> None:
    async with EventrailClient(log.eventrail_url, log.eventrail_token) as store:
        projector = Projector(lambda: _connected(database), store, lambda: _feed(log))
        working = asyncio.create_task(projector.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, working.cancel)
        _LOG.info("projecting")
        with contextlib.suppress(asyncio.CancelledError):
            await working
    _LOG.info("stopped")


async def _connected(database: DatabaseSettings) -> OwnConnection:
    return await connect(database, "projector", limits=PATIENT)


def _feed(log: LogSettings) -> Feed:
    return NatsFeed(log.nats_url) if log.nats_url else NoFeed()
