"""The live projection: the public link of each published assessment, with how many came in by it.

Other generations go: they lack the table, so none of them may become the live one again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_FILL = """
INSERT INTO live.public_links (id, employer_id, enabled, joined)
SELECT assessments.id, assessments.employer_id, true, count(invites.id)
FROM live.assessments LEFT JOIN live.invites
  ON invites.assessment_id = assessments.id AND invites.source = 'public'
WHERE assessments.status <> 'draft'
GROUP BY assessments.id
"""


def upgrade() -> None:
    op.execute("DROP SCHEMA IF EXISTS next CASCADE")
    op.execute("DROP SCHEMA IF EXISTS previous CASCADE")
    op.create_table(
        "public_links",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("max_joins", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("last_joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("joined >= 0 AND joined <= max_joins", name="public_links_joined_within_cap"),
        sa.CheckConstraint("max_joins BETWEEN 1 AND 100000", name="public_links_cap_in_range"),
        sa.ForeignKeyConstraint(
            ["employer_id", "id"],
            ["live.assessments.employer_id", "live.assessments.id"],
            name="public_links_of_assessment",
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="live",
    )
    op.execute(_FILL)
