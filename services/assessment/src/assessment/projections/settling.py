"""Which rows of a fold may be written to their tables before the log's end, so that not all are held until then.

Whatever becomes of such a row later stays in the fold as a change, and is carried out when all rows are written: that
is right for any log, and what is told here only makes it rare.
"""

from typing import Final

from assessment.projections.changes import Change, Insert, Row, Upsert
from assessment.projections.folding import Key, Net

AT_ONCE: Final = ("candidates", "invites", "versions", "submissions")
"""Tables of many rows that seldom change."""

BEGUN: Final = "started"
"""The state of a sitting whose row and answers are about to change."""


def take_settled(net: Net) -> dict[str, list[Row]]:
    """Take the rows that are new in this fold, and done with, out of it."""
    taken = {table: _new(net.rows.get(table, {})) for table in AT_ONCE}
    sittings = net.rows.get("sittings", {})
    ended = {key: row for key, row in _new_rows(sittings) if row["state"] != BEGUN}
    taken["sittings"] = [ended[key] for key in ended]
    for key in ended:
        del sittings[key]
    return taken | {"saved_answers": _answers_of(net, {sitting_id for (sitting_id,) in ended})}


def take_rest(net: Net) -> dict[str, list[Row]]:
    """At the end: take every row that is not in its table yet; what stays are changes of rows that are."""
    begun = {key[0] for key, _ in _new_rows(net.rows.get("sittings", {}))}
    taken = {"saved_answers": _answers_of(net, begun)}
    for table, changes in net.rows.items():
        if table != "saved_answers":
            taken[table] = _new(changes, replacing=table not in (*AT_ONCE, "sittings"))
    return taken


def _answers_of(net: Net, sittings: set[str]) -> list[Row]:
    """The answers of sittings whose rows are new in this fold: none of them was written before."""
    answers = net.rows.get("saved_answers", {})
    keys = [key for key in answers if key[0] in sittings]
    return [_row(answers.pop(key)) for key in keys]


def _new(changes: dict[Key, Change], *, replacing: bool = False) -> list[Row]:
    """replacing: a row of a table that is written at the end only is new whatever it replaces."""
    keys = [key for key, change in changes.items() if isinstance(change, (Insert, Upsert) if replacing else Insert)]
    return [_row(changes.pop(key)) for key in keys]


def _new_rows(changes: dict[Key, Change]) -> list[tuple[Key, Row]]:
    return [(key, change.row) for key, change in changes.items() if isinstance(change, Insert)]


def _row(change: Change) -> Row:
    assert isinstance(change, Insert | Upsert), "only whole rows are taken"
    return change.row
