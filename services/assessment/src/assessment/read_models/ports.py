"""What we use of asyncpg, with types: a connection, and a pool of them."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from asyncpg import Record


class Queries(Protocol):
    """Statements with $n parameters; a connection runs them in its transaction, a pool each on its own."""

    async def execute(self, query: str, *args: Any) -> str: ...
    async def fetch(self, query: str, *args: Any) -> list[Record]: ...
    async def fetchrow(self, query: str, *args: Any) -> Record | None: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...


class Connection(Queries, Protocol):
    def is_in_transaction(self) -> bool: ...

    async def set_type_codec(self, typename: str, **codec: Any) -> None: ...
    async def reset_type_codec(self, typename: str, *, schema: str) -> None: ...

    async def copy_records_to_table(
        self,
        table_name: str,
        *,
        records: Iterable[Sequence[Any]],
        columns: Sequence[str] | None = None,
        schema_name: str | None = None,
    ) -> str: ...


class OwnConnection(Connection, Protocol):
    """A connection that belongs to whoever made it."""

    async def close(self, **limits: float) -> None: ...
    def terminate(self) -> None: ...


class Pool(Queries, Protocol):
    async def acquire(self, **limits: float) -> Connection: ...
    async def release(self, connection: Any) -> None: ...
    async def close(self) -> None: ...
