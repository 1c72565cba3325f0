"""Row changes as values: what `project` answers, and what the live and the bulk executor carry out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Insert:
    """A whole row, keyed by its table's primary key."""

    table: str
    row: Row


@dataclass(frozen=True, slots=True)
class Upsert:
    """A whole row that takes the place of the one with the same primary key, if there is one."""

    table: str
    row: Row


@dataclass(frozen=True, slots=True)
class Update:
    """`set` gives columns a value, `add` adds to a number; the row with this primary key exists."""

    table: str
    key: Row
    set: Row = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delete:
    """The row with this primary key goes."""

    table: str
    key: Row


Change = Insert | Upsert | Update | Delete
