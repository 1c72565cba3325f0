"""One employer's rows and no others, for the length of a transaction: the setting that row-level security reads.

A command's transaction sets it as it begins. A query alone sets it itself, since a round trip for it would double its
cost: PostgreSQL evaluates a lateral subquery after what it refers to, and the setting is read when the first row is.
Were that ever otherwise, the query would see no rows, and not another employer's.
"""

from typing import Any, Final

from sqlalchemy import Select, Subquery, Text, bindparam, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter

SETTING: Final = "assessment.employer"
PARAMETER: Final = "employer_id"

_SETTING: Final[Any] = literal_column(f"'{SETTING}'")
_NO_ROWS_LESS: Final[Any] = literal_column("0")
"""An OFFSET that leaves nothing out keeps a subquery from being merged into the query around it."""


def is_of_one_employer(statement: Select[Any]) -> bool:
    """Whether a query names its employer by the parameter that all of them share."""
    parts = visitors.iterate(statement)
    return any(isinstance(part, BindParameter) and part.key == PARAMETER for part in parts)


def scope() -> Subquery:
    """One row, column `employer`: its evaluation sets the setting until the transaction ends."""
    employer = bindparam(PARAMETER, type_=UUID(as_uuid=False))
    setting: Any = func.set_config(_SETTING, cast(employer, Text), true(), type_=Text)
    return select(cast(setting, UUID(as_uuid=False)).label("employer")).offset(_NO_ROWS_LESS).subquery("scope")


def within(statement: Select[Any]) -> Select[Any]:
    """The same query with the setting set before any of its rows is read."""
    around, asked = scope(), statement.subquery("asked")
    inner = select(*asked.c).where(around.c.employer.is_not(None)).offset(_NO_ROWS_LESS).lateral("found")
    return select(*inner.c).select_from(around.join(inner, true()))
