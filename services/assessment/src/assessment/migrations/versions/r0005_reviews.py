"""The live projection: what a person gave for the essays of a submission.

Other generations go: they lack the columns, so none of them may become the live one again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    op.add_column("submissions", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True), schema="live")
    op.add_column("submissions", sa.Column("sealed_notes", sa.Text(), nullable=True), schema="live")
    op.create_check_constraint(
        "submissions_review_is_whole",
        "submissions",
        "(reviewed_at IS NULL) = (sealed_notes IS NULL)",
        schema="live",
    )
