"""What the operator reads of an employer."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import employers

_ONE: Final = compiled(
    select(
        employers.c.id, employers.c.name, employers.c.active_limit, employers.c.active_count, employers.c.position
    ).where(employers.c.id == bindparam("employer_id"))
)


@dataclass(frozen=True, slots=True)
class EmployerRow:
    id: str
    name: str
    active_limit: int
    active_count: int
    position: int


async def employer(reader: Reader, employer_id: str) -> EmployerRow | None:
    row = await reader.one(_ONE, employer_id=employer_id)
    return None if row is None else EmployerRow(**dict(row))
