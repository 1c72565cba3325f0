"""Row-level security: which rows a connection sees is said by a setting of its transaction, and no setting is no row.

Every table with `employer_id` has the two policies, in every generation; so has the employers' own.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Table

from assessment.read_models.database_roles import OF_ALL_EMPLOYERS, OF_ONE_EMPLOYER
from assessment.read_models.employer_scope import SETTING
from assessment.read_models.statements import defining_of

EMPLOYER_COLUMN: Final = "employer_id"
EMPLOYERS: Final = "employers"

_POLICIES: Final = (
    "ALTER TABLE %(fullname)s ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE %(fullname)s FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS of_one_employer ON %(fullname)s",
    "CREATE POLICY of_one_employer ON %(fullname)s TO %(one)s USING (%(is_theirs)s) WITH CHECK (%(is_theirs)s)",
    "DROP POLICY IF EXISTS of_all_employers ON %(fullname)s",
    "CREATE POLICY of_all_employers ON %(fullname)s TO %(all)s USING (true) WITH CHECK (true)",
)


def employer_column(table: Table) -> str | None:
    """The column that says whose a row is; None for a table that is nobody's."""
    if table.name == EMPLOYERS:
        return "id"
    return EMPLOYER_COLUMN if EMPLOYER_COLUMN in table.columns else None


def policies(table: Table) -> Iterator[str]:
    """The setting is read once a statement, by a subquery; a transaction that set it leaves an empty text behind."""
    column = employer_column(table)
    if column is None:
        return
    parts = {
        "one": ", ".join(OF_ONE_EMPLOYER),
        "all": ", ".join(OF_ALL_EMPLOYERS),
        "is_theirs": f"{column} = (SELECT NULLIF(current_setting('{SETTING}', true), '')::uuid)",
    }
    for form in _POLICIES:
        yield defining_of(table, form, **parts)
