"""Decisions that put units into classes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "class_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("period_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("present", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["units.unit_code"], name=op.f("fk_class_decisions_unit_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_decisions")),
    )
    op.create_index("ix_class_decisions_campaign_id", "class_decisions", ["campaign_id"], unique=False)
