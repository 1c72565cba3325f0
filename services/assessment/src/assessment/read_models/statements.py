"""SQL written with SQLAlchemy Core, compiled once to text with $n parameters, and run on asyncpg.

Compiling per request costs half the rate, so a statement is a module constant or the answer of a cached function.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import DDL, ClauseElement, Select, Table
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.types import TypeEngine

from assessment.read_models.employer_scope import is_of_one_employer, within

_ASYNCPG: Final[Any] = dialect
_DDL: Final[Any] = DDL
"""Has no types either."""

_DIALECT: Final = _ASYNCPG.dialect()


@dataclass(frozen=True, slots=True)
class Statement:
    """text: with $1, $2, …; names: the parameters in that order; fixed: values that the statement itself holds."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]

    def arguments(self, **values: Any) -> tuple[Any, ...]:
        """The parameters in the order of the text; KeyError names one that is missing."""
        return tuple([values[name] if name in values else self.fixed[name] for name in self.names])


def compiled(statement: ClauseElement) -> Statement:
    """The statement's text and parameters; one that was never given a value must be named in `arguments`.

    A query with the parameter `employer_id` sees that employer's rows; without it, row-level security shows it none.
    """
    if isinstance(statement, Select) and is_of_one_employer(statement):
        statement = within(statement)
    form = statement.compile(dialect=_DIALECT)
    assert isinstance(form, SQLCompiler), "a statement with parameters, not a definition"
    names = tuple(form.positiontup or ())
    needed = {name for name, bind in form.binds.items() if bind.required}
    fixed = {name: value for name, value in form.params.items() if name not in needed}
    return Statement(str(form), names, fixed)


def defining_of(table: Table, form: str, **parts: str) -> str:
    """The text of a definition about one table, which stands in the form as %(fullname)s."""
    return defining(_DDL(form, context=parts).against(table))


def inlined(statement: ClauseElement) -> str:
    """The statement's text with its values in it, for a function's body."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def type_name(kind: TypeEngine[Any]) -> str:
    return kind.compile(dialect=_DIALECT)


def defining(element: ExecutableDDLElement) -> str:
    """The text of a definition: a schema, a table, a rule."""
    return str(element.compile(dialect=_DIALECT))
