"""A boundary's row as one JSON document: its shape is that of the state that a command decides on."""

from itertools import chain
from typing import Any

from sqlalchemy import Table, case, func, literal_column

SETTINGS = (
    "title",
    "instructions",
    "time_limit_seconds",
    "grace_seconds",
    "passing_percent",
    "shuffle",
    "shuffle_options",
    "pools",
)


def document_of(name: str, table: Table) -> Any:
    """The expression for the document of a boundary, or of what hangs on one.

    An assessment's questions and keys are in it only while it is a draft.
    """
    match name:
        case "quota":
            return _object(table, "id", "name", "active_limit", "active_count", "owner_keys", "position")
        case "assessment":
            return _assessment(table)
        case "sitting" | "public_link" | "accommodation" | "verification":
            return _object(table, *_names(table))
        case "candidate":
            return _object(table, "id", "employer_id", "sealed_details", "position")
        case "invite":
            return _object(table, *(column for column in _names(table) if column != "token_sha256"))
        case "saved_answers":
            return _object(table, "question_id", "sequence", "sealed_answer", "saved_at")
    raise AssertionError(f"no such boundary: {name}")


def _assessment(table: Table) -> Any:
    is_draft = table.c.status == "draft"
    plain = (
        "id",
        "employer_id",
        "status",
        "key_version",
        "version",
        "slug",
        "content_hash",
        "created_at",
        "published_at",
        "position",
    )
    return _object(
        table,
        *plain,
        settings=_object(table, *SETTINGS),
        questions=case((is_draft, table.c.questions)),
        sealed_keys=case((is_draft, table.c.sealed_keys)),
    )


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def _object(table: Table, *names: str, **further: Any) -> Any:
    values = {name: table.c[name] for name in names} | further
    return func.json_build_object(*chain.from_iterable((_text(name), value) for name, value in values.items()))


def _text(name: str) -> Any:
    """Names of columns are ours, so they stand in the statement itself."""
    return literal_column(f"'{name}'")
