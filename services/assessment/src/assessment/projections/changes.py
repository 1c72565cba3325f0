"""Row changes as values: what `project` answers, and what the live and the bulk executor carry out.

Structs, since a rebuild makes one for each event of the log: a frozen dataclass takes six times as long to make.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

Row = Mapping[str, Any]


class Insert(msgspec.Struct, frozen=True, gc=False):
    """A whole row, keyed by its table's primary key."""

    table: str
    row: Row


class Upsert(msgspec.Struct, frozen=True, gc=False):
    """A whole row that takes the place of the one with the same primary key, if there is one."""

    table: str
    row: Row


class Update(msgspec.Struct, frozen=True, gc=False):
    """`set` gives columns a value, `add` adds to a number; the row with this primary key exists."""

    table: str
    key: Row
    set: Row = {}
    add: Mapping[str, int] = {}


class Delete(msgspec.Struct, frozen=True, gc=False):
    """The row with this primary key goes."""

    table: str
    key: Row


Change = Insert | Upsert | Update | Delete
