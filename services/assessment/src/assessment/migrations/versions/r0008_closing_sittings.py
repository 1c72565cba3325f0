"""The live projection: when a sitting's time is up, and an index to find those that wait for the sweeper.

Other generations go: they lack the column, so none of them may become the live one again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

CLOSING = "UPDATE live.sittings SET closes_at = deadline_at + make_interval(secs => grace_seconds)"


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    op.add_column("sittings", sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True), schema="live")
    op.execute(CLOSING)
    for name, rule in (
        ("sittings_closing_is_whole", "(closes_at IS NULL) = (deadline_at IS NULL)"),
        ("sittings_closing_after_deadline", "closes_at >= deadline_at"),
    ):
        op.create_check_constraint(name, "sittings", rule, schema="live")
    op.create_index(
        "sittings_due", "sittings", ["closes_at", "id"], schema="live", postgresql_where=sa.text("state = 'started'")
    )
