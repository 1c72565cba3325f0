"""Alembic's environment: it only forms SQL text; `upgrading` runs it."""

from alembic import context

from assessment.migrations.places import VERSION_TABLE
from assessment.read_models.vault_tables import VAULT

context.configure(
    dialect_name="postgresql",
    dialect_opts={"paramstyle": "named"},
    output_buffer=context.config.output_buffer,
    literal_binds=True,
    transactional_ddl=False,
    version_table=VERSION_TABLE,
    version_table_schema=VAULT,
)
context.run_migrations()
