"""How a rebuild, and each process of it, comes to its database and its log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from assessment.read_models.connections import OwnConnection, connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.settings import DatabaseSettings, owner_settings
from eventrail_client.client import EventrailClient

PATIENT: Final = {"lock_timeout": "5000", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
"""A rebuild's statements are long; what it waits for while commands wait is not."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Can be handed to another process."""

    database: DatabaseSettings
    eventrail_url: str
    eventrail_token: str

    def store(self) -> EventrailClient:
        return EventrailClient(self.eventrail_url, self.eventrail_token)

    async def connected(self) -> OwnConnection:
        return await connect(owner_settings(self.database), "rebuild", role=DatabaseRole.OWNER, limits=PATIENT)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[OwnConnection]:
        connection = await self.connected()
        try:
            yield connection
        finally:
            connection.terminate()  # what is committed stands
