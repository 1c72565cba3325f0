"""Net changes as SQL: a statement for each shape of a group of changes, compiled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import CTE, ColumnElement, Table, and_, bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.selectable import TableValuedAlias

from assessment.projections.changes import Change, Delete, Insert, Update, Upsert
from assessment.projections.folding import key_columns
from assessment.read_models.generations import table_in
from assessment.read_models.statements import Statement, compiled

Kind = Literal["insert", "upsert", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a group of changes has in common. many: more than one row, given as an array for each column."""

    kind: Kind
    table: str
    columns: tuple[str, ...]
    added: tuple[str, ...]
    many: bool


def shape_of(change: Change, *, many: bool = False) -> Shape:
    match change:
        case Insert():
            return Shape("insert", change.table, tuple(change.row), (), many)
        case Upsert():
            return Shape("upsert", change.table, tuple(change.row), (), many)
        case Update():
            return Shape("update", change.table, tuple(change.set), tuple(change.add), many)
        case Delete():
            return Shape("delete", change.table, (), (), many)


def values_of(change: Change) -> list[Any]:
    """A change's values in the order of its shape's parameters."""
    if isinstance(change, Insert | Upsert):
        return list(change.row.values())
    key = [change.key[name] for name in key_columns(change.table)]
    return [*key, *change.set.values(), *change.add.values()] if isinstance(change, Update) else key


def parameters_of(shape: Shape) -> tuple[str, ...]:
    if shape.kind in ("insert", "upsert"):
        return shape.columns
    keys = tuple(f"key_{name}" for name in key_columns(shape.table))
    return (*keys, *(f"set_{name}" for name in shape.columns), *(f"add_{name}" for name in shape.added))


@lru_cache(maxsize=1024)
def statement_of(schema: str, shapes: tuple[Shape, ...]) -> Statement:
    """One statement that carries out a group of changes for each shape, and answers how many rows each met.

    Parameters are named `<number of the shape>_<parameter>`. The groups run in their order, since the outer query
    counts them in that order.
    """
    groups = [_group(schema, shape, f"{number}_") for number, shape in enumerate(shapes)]
    counts = [select(func.count()).select_from(group).scalar_subquery().label(group.name) for group in groups]
    return compiled(select(*counts))


def _group(schema: str, shape: Shape, prefix: str) -> CTE:
    source = _Source(table_in(schema, shape.table), shape, prefix)
    one: Any = literal_column("1").label("one")
    group: CTE = source.statement().returning(one).cte(f"group_{prefix}")
    return group


class _Source:
    """Where a statement's values come from: parameters for one row, arrays in step for many."""

    def __init__(self, table: Table, shape: Shape, prefix: str) -> None:
        self.table = table
        self._shape = shape
        self._prefix = prefix
        self._many = self._arrays() if shape.many else None

    def statement(self) -> Any:
        match self._shape.kind:
            case "insert":
                return self.insert()
            case "upsert":
                return self.upsert()
            case "update":
                return self.update()
            case "delete":
                return delete(self.table).where(self.met())

    def insert(self) -> Any:
        names = list(self._shape.columns)
        if self._many is None:
            return insert(self.table).values({name: self._value(name) for name in names})
        return insert(self.table).from_select(names, select(*(self._many.c[name] for name in names)))

    def upsert(self) -> Any:
        keys = key_columns(self._shape.table)
        inserting = self.insert()
        replaced = {name: inserting.excluded[name] for name in self._shape.columns if name not in keys}
        return inserting.on_conflict_do_update(index_elements=list(keys), set_=replaced)

    def update(self) -> Any:
        columns = self.table.c
        values = {name: self._value(f"set_{name}") for name in self._shape.columns}
        values.update({name: columns[name] + self._value(f"add_{name}") for name in self._shape.added})
        return update(self.table).where(self.met()).values(values)

    def met(self) -> ColumnElement[bool]:
        keys = key_columns(self._shape.table)
        return and_(*(self.table.c[name] == self._value(f"key_{name}") for name in keys))

    def _value(self, parameter: str) -> Any:
        if self._many is not None:
            return self._many.c[parameter]
        return bindparam(self._prefix + parameter, type_=self._type(parameter))

    def _type(self, parameter: str) -> Any:
        name = parameter if parameter in self.table.c else parameter.partition("_")[2]
        return self.table.c[name].type

    def _arrays(self) -> TableValuedAlias:
        names = parameters_of(self._shape)
        arrays = [bindparam(self._prefix + name, type_=ARRAY(self._type(name))) for name in names]
        return func.unnest(*arrays).table_valued(*names, name=f"rows_{self._prefix}").render_derived()


def arguments_of(shapes: Sequence[Shape], groups: Sequence[Sequence[Change]]) -> dict[str, Any]:
    """The statement's parameters by name."""
    found: dict[str, Any] = {}
    for number, (shape, changes) in enumerate(zip(shapes, groups, strict=True)):
        names = [f"{number}_{name}" for name in parameters_of(shape)]
        rows = [values_of(change) for change in changes]
        columns: Sequence[Any] = [list(column) for column in zip(*rows, strict=True)] if shape.many else rows[0]
        found.update(zip(names, columns, strict=True))
    return found
