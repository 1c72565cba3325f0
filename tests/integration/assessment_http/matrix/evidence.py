"""What stands in the tables and in the log, as digests that are compared before and after."""

from dataclasses import dataclass

import aiohttp
import asyncpg

from tests.kit.services import READ_TOKEN

MOVING = frozenset({"live.checkpoint", "scratch.projector_status", "scratch.key_uses", "vault.mail_cursor"})
"""What the projector, the sender of mail and each use of a key move; new events are seen in the log."""
MADE_BEFORE = frozenset({"vault.candidate_keys"})
"""What a command makes ready before it is decided: a key of the asking employer's own."""

_TABLES = """
SELECT t.table_schema || '.' || t.table_name AS name, c.column_name AS owner
FROM information_schema.tables t LEFT JOIN information_schema.columns c
ON (c.table_schema, c.table_name, c.column_name) = (t.table_schema, t.table_name, 'employer_id')
WHERE t.table_schema IN ('live', 'scratch', 'vault') AND t.table_type = 'BASE TABLE'
"""
_DIGEST = "SELECT '{name}' AS name, md5(string_agg({row}, E'\\n' ORDER BY {row})) AS digest FROM {name} t {condition}"
_STAYING = {"vault.outgoing_mail": "t.event_id::text"}
"""What of a row only a request makes, where the sender of mail moves the rest of it."""

Digests = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Evidence:
    database_url: str
    log_url: str

    async def everything(self) -> tuple[int, Digests]:
        """The log's last position, and every table."""
        return await self._last({}), await self._digests(MOVING | MADE_BEFORE)

    async def of(self, employer_id: str) -> tuple[int, Digests]:
        """The position of the employer's last event, and the rows that are the employer's."""
        return await self._last({"tag": f"employer:{employer_id}"}), await self._digests(MOVING, employer_id)

    async def _digests(self, left_out: frozenset[str], employer_id: str = "") -> Digests:
        connection = await asyncpg.connect(self.database_url)  # type: ignore[no-untyped-call]
        try:
            found = await connection.fetch(_TABLES)
            tables = [row["name"] for row in found if row["name"] not in left_out and (row["owner"] or not employer_id)]
            assert len(tables) >= 8, tables
            condition = f"WHERE t.employer_id = '{employer_id}'" if employer_id else ""
            rows = {name: _STAYING.get(name, "t::text") for name in tables}
            parts = [_DIGEST.format(name=name, row=row, condition=condition) for name, row in rows.items()]
            return {row["name"]: row["digest"] for row in await connection.fetch(" UNION ALL ".join(parts))}
        finally:
            await connection.close()

    async def _last(self, filters: dict[str, str]) -> int:
        query = {"order": "backward", "limit": "1", **filters}
        headers = {"Authorization": f"Bearer {READ_TOKEN}", "Accept": "application/json"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.log_url}/events", params=query, headers=headers) as response,
        ):
            assert response.status == 200, await response.text()
            found = await response.json()
        return int(found[0]["position"]) if found else 0
