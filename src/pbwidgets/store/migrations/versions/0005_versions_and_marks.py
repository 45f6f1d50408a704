"""Under which version a draft was checked, and what marks count as after a newer version was opened."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column("submissions", sa.Column("draft_campaign_version", sa.Text(), nullable=True))
    op.create_table(
        "mark_treatments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rating_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("counts_as", sa.Float(), nullable=True),
        sa.Column("campaign_version", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_mark_treatments_rating_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_treatments")),
    )
    op.create_index("ix_mark_treatments_rating_id", "mark_treatments", ["rating_id"], unique=False)
