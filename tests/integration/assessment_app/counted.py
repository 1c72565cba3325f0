"""Connections that note what they are asked."""

from typing import Any

from assessment.read_models.ports import Connection, Pool


class Counted:
    """A pool whose connections note what they are asked."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.asked: list[str] = []

    async def acquire(self, **limits: float) -> Any:
        return Noting(await self._pool.acquire(**limits), self.asked)

    async def release(self, connection: Any) -> None:
        await self._pool.release(connection.connection)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


class Noting:
    def __init__(self, connection: Connection, asked: list[str]) -> None:
        self.connection = connection
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        used = getattr(self.connection, name)
        if name not in {"execute", "fetch", "fetchrow", "fetchval"}:
            return used

        async def noted(query: str, *arguments: Any) -> Any:
            self._asked.append(query)
            return await used(query, *arguments)

        return noted
