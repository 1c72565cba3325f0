"""Which role may do what with which table: one rule for a schema, and the tables that differ from it."""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import MetaData, Table

from assessment.read_models.database_roles import SERVING, DatabaseRole
from assessment.read_models.scratch_tables import SCRATCH
from assessment.read_models.statements import defining_of
from assessment.read_models.vault_tables import VAULT

Verbs = tuple[str, ...]
Rights = Mapping[DatabaseRole, Verbs]

READ: Final = ("SELECT",)
CHANGE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
PRUNE: Final = ("SELECT", "DELETE")

OF_A_PROJECTION: Final[Rights] = {
    DatabaseRole.COMMANDS: CHANGE,
    DatabaseRole.PROJECTOR: CHANGE,
    DatabaseRole.READER: READ,
}
BY_SCHEMA: Final[Mapping[str, Rights]] = {
    VAULT: {DatabaseRole.COMMANDS: ("SELECT", "INSERT")},
    SCRATCH: {DatabaseRole.COMMANDS: CHANGE, DatabaseRole.PROJECTOR: ("SELECT", "DELETE"), DatabaseRole.READER: READ},
}
"""Of a projection's tables in any generation: `OF_A_PROJECTION`."""

BY_TABLE: Final[Mapping[str, Rights]] = {
    "checkpoint": {
        DatabaseRole.COMMANDS: ("SELECT", "UPDATE"),
        DatabaseRole.PROJECTOR: ("SELECT", "UPDATE"),
        DatabaseRole.READER: READ,
    },
    "command_keys": {DatabaseRole.COMMANDS: ("SELECT", "INSERT", "UPDATE"), DatabaseRole.PROJECTOR: CHANGE},
    "mail_cursor": {DatabaseRole.PROJECTOR: ("SELECT", "UPDATE")},
    "outgoing_mail": {
        DatabaseRole.COMMANDS: ("INSERT",),
        DatabaseRole.PROJECTOR: ("SELECT", "INSERT", "UPDATE"),
        DatabaseRole.READER: READ,
    },
    "address_codes": {DatabaseRole.COMMANDS: ("SELECT", "INSERT", "UPDATE"), DatabaseRole.PROJECTOR: PRUNE},
    "code_budgets": {DatabaseRole.COMMANDS: ("SELECT", "INSERT", "UPDATE"), DatabaseRole.PROJECTOR: PRUNE},
    "claims": {DatabaseRole.COMMANDS: ("SELECT", "INSERT"), DatabaseRole.PROJECTOR: PRUNE},
    "secrets": {DatabaseRole.COMMANDS: READ},
    "projector_status": {DatabaseRole.PROJECTOR: ("SELECT", "INSERT", "UPDATE"), DatabaseRole.READER: READ},
    "import_reports": {DatabaseRole.COMMANDS: ("SELECT", "INSERT"), DatabaseRole.PROJECTOR: ("SELECT", "DELETE")},
}
WITHHELD: Final = ("sealed_keys", "sealed_questions", "sha256")
"""Answer keys and credentials' digests: the reader has no column that ends so. Lookups go by digests for it."""


def rights_of(table: Table) -> Rights:
    return BY_TABLE.get(table.name) or BY_SCHEMA.get(table.schema or "", OF_A_PROJECTION)


def schema_grants(tables: MetaData) -> Iterator[str]:
    """Whoever has a right in a schema may look into it; nobody but the owner may make anything there."""
    yield f"REVOKE ALL ON SCHEMA {tables.schema} FROM PUBLIC, {', '.join(SERVING)}"
    known = {role for table in tables.sorted_tables for role in rights_of(table)}
    yield f"GRANT USAGE ON SCHEMA {tables.schema} TO {', '.join(sorted(known))}"


def table_grants(table: Table) -> Iterator[str]:
    """Exactly what is declared: what stood before is taken back first."""
    yield defining_of(table, "REVOKE ALL ON %(fullname)s FROM PUBLIC, %(roles)s", roles=", ".join(SERVING))
    for role, verbs in rights_of(table).items():
        granted = _readable(table) if role is DatabaseRole.READER and verbs == READ else ", ".join(verbs)
        yield defining_of(table, "GRANT %(verbs)s ON %(fullname)s TO %(role)s", verbs=granted, role=role)


def _readable(table: Table) -> str:
    names = [column.name for column in table.columns]
    shown = [name for name in names if not name.endswith(WITHHELD)]
    return "SELECT" if shown == names else f"SELECT ({', '.join(map(_quoted, shown))})"


def _quoted(name: str) -> str:
    return f'"{name}"'
