"""Lookups: what has to be known before it is known whose it is, each by one secret and with the least for an answer.

Each is a function in schema `access` that runs as the owner, so that row-level security lets it look at every row. Its
body is text, so it names the tables that are live when it runs, whatever generation that is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, literal_column, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from assessment.read_models.database_roles import OF_ONE_EMPLOYER
from assessment.read_models.statements import Statement, compiled, inlined, type_name

ACCESS: Final = "access"
_replaced: Final[Any] = visitors.replacement_traverse


@dataclass(frozen=True, slots=True)
class Lookup:
    """asked: the function's rows, for a query around them; call: the statement that asks for them alone.

    definition: what makes the function; the query's own parameters are its own
    """

    name: str
    asked: Select[Any]
    call: Statement
    definition: str


def lookup(name: str, query: Select[Any]) -> Lookup:
    """Make a function of a query; its parameters are those that the query was given no value for."""
    parameters: dict[str, TypeEngine[Any]] = {}

    def numbered(part: Any, **_: Any) -> Any:
        if not isinstance(part, BindParameter) or not part.required:
            return None
        parameters.setdefault(part.key, part.type)
        return literal_column(f"${list(parameters).index(part.key) + 1}", part.type)

    body = inlined(_replaced(query, {}, numbered))
    columns = [(column.name, column.type) for column in query.selected_columns]
    function = getattr(func, ACCESS)
    called = getattr(function, name)(*(bindparam(key, type_=kind) for key, kind in parameters.items()))
    answer = called.table_valued(*(column for column, _ in columns), name="found")
    shown = ", ".join(f"{column} {type_name(kind)}" for column, kind in columns)
    given = ", ".join(map(type_name, parameters.values()))
    asked = select(*answer.c)
    return Lookup(
        name,
        asked,
        compiled(asked),
        f"CREATE FUNCTION {ACCESS}.{name}({given}) RETURNS TABLE ({shown}) LANGUAGE sql STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $body$ {body} $body$",
    )


def definitions(lookups: tuple[Lookup, ...]) -> Iterator[str]:
    """Make the schema anew with these and no others, for those to ask who serve one employer at a time."""
    askers = ", ".join(OF_ONE_EMPLOYER)
    yield f"DROP SCHEMA IF EXISTS {ACCESS} CASCADE"
    yield f"CREATE SCHEMA {ACCESS}"
    yield f"GRANT USAGE ON SCHEMA {ACCESS} TO {askers}"
    for one in lookups:
        yield one.definition
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {ACCESS} FROM PUBLIC"
    yield f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {ACCESS} TO {askers}"
