"""The sender of mail beside the projector: what it works with, opened when database and log can be reached."""

import asyncio
import logging
import secrets as randomness
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from assessment.app.candidate_keys import CandidateKeys
from assessment.app.server_secret import NotMigrated, load_secrets
from assessment.app.vault import Vault
from assessment.mail.carriers import carrier_of
from assessment.mail.means import Means
from assessment.mail.sender import Sender
from assessment.read_models.database_roles import DatabaseRole
from assessment.read_models.failures import DATABASE_FAILURES, first_line
from assessment.read_models.opened_pools import opened_pool
from assessment.settings import DatabaseSettings, LinkSettings, MailSettings
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore

OPEN_AGAIN_SECONDS: Final = 2.0
CONNECTIONS: Final = 2

_LOG: Final = logging.getLogger(__name__)


async def send_mail(database: DatabaseSettings, store: EventStore, told: MailSettings, links: LinkSettings) -> None:
    """Send until cancelled; what can't be reached is tried again."""
    while True:
        try:
            async with _sender(database, store, told, links) as sender:
                await sender.run()
        except (NotMigrated, StoreError, *DATABASE_FAILURES) as failure:
            _LOG.warning("waiting: %s: %s", type(failure).__name__, first_line(failure))
            await asyncio.sleep(OPEN_AGAIN_SECONDS)


@asynccontextmanager
async def _sender(
    database: DatabaseSettings, store: EventStore, told: MailSettings, links: LinkSettings
) -> AsyncGenerator[Sender, None]:
    async with (
        opened_pool(database, "mail", CONNECTIONS, DatabaseRole.PROJECTOR) as mail_pool,
        opened_pool(database, "mail keys", CONNECTIONS, DatabaseRole.COMMANDS) as keys_pool,
    ):
        secrets = await load_secrets(keys_pool)
        means = Means(
            pool=mail_pool,
            store=store,
            secrets=secrets,
            vault=Vault(secrets, CandidateKeys(keys_pool, randomness.token_bytes)),
            carrier=carrier_of(told),
            mail_from=told.mail_from,
            link_base_url=links.link_base_url,
            step_seconds=told.mail_seconds,
            pause_seconds=told.mail_pause_seconds,
            now=_now,
        )
        yield Sender(means)


def _now() -> datetime:
    return datetime.now(UTC)
