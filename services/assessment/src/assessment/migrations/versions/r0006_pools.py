"""The live projection: question pools, what each attempt is asked of them, and the shuffling of options by itself.

Until now everybody was asked everything. Other generations go: they lack the columns, so none of them may become the
live one again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

NOTHING = sa.text("'[]'::jsonb")


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    op.add_column("assessments", sa.Column("shuffle_options", sa.Boolean(), nullable=True), schema="live")
    for table, name in (("assessments", "pools"), ("sittings", "question_ids")):
        added = sa.Column(name, postgresql.JSONB(), nullable=False, server_default=NOTHING)
        op.add_column(table, added, schema="live")
        op.alter_column(table, name, server_default=None, schema="live")
