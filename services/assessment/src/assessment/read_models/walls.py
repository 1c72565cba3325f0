"""Who may do what with which rows: grants and row-level security of the tables of one schema, derived from them."""

from collections.abc import Iterator

from sqlalchemy import MetaData

from assessment.read_models.grants import schema_grants, table_grants
from assessment.read_models.row_security import policies


def walls(tables: MetaData) -> Iterator[str]:
    """Give the definitions, in their order; they may run again over their own outcome."""
    assert tables.schema is not None, "every table of ours stands in a schema"
    yield from schema_grants(tables)
    for table in tables.sorted_tables:
        yield from table_grants(table)
        yield from policies(table)
