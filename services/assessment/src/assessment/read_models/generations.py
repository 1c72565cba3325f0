"""The projection tables' generations: the same tables in schema `live`, `next` or `previous`."""

from functools import cache
from typing import Final

from sqlalchemy import MetaData, Table

from assessment.read_models.tables import LIVE, metadata

NEXT: Final = "next"
PREVIOUS: Final = "previous"
CHECKED: Final = "checked"
"""Where `verify` rebuilds, without ever becoming `live`."""
GENERATIONS: Final = (LIVE, NEXT, PREVIOUS, CHECKED)


@cache
def tables_in(schema: str) -> MetaData:
    """The projection tables with all their constraints and indexes, in one generation's schema."""
    if schema == LIVE:
        return metadata
    generation = MetaData(schema=schema)
    for table in metadata.sorted_tables:
        table.to_metadata(generation, schema=schema)
    return generation


def table_in(schema: str, name: str) -> Table:
    return tables_in(schema).tables[f"{schema}.{name}"]
