"""An amendment leaves what it replaces in force, versions know when they were taken back, levels grant concessions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the columns and the table; what is a draft again was taken back at the latest when that was saved."""
    op.add_column("submissions", sa.Column("standing_version", sa.Integer(), nullable=True))
    for name in ("standing_version", "content_version", "content_head", "withdrawn_head", "head"):
        op.add_column("submission_versions", sa.Column(name, sa.Integer(), nullable=True))
    for table in ("period_versions", "class_decisions"):
        op.add_column(table, sa.Column("head", sa.Integer(), nullable=True))
    op.add_column("submission_versions", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE submission_versions SET withdrawn_head = 0, withdrawn_at = (SELECT draft_at FROM submissions"
        " WHERE submissions.id = submission_versions.submission_id)"
        " WHERE EXISTS (SELECT 1 FROM submissions WHERE submissions.id = submission_versions.submission_id"
        " AND submissions.version = submission_versions.version AND submissions.state = 'draft')"
    )
    op.create_table(
        "concessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("period_id", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_head", sa.Integer(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concessions")),
        sa.ForeignKeyConstraint(["unit_code"], ["units.unit_code"], name=op.f("fk_concessions_unit_code")),
    )
    op.create_index("ix_concessions_scope", "concessions", ["campaign_id", "period_id", "unit_code"])
