"""A mark keeps the campaign version that it was given under."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the column; marks that are there get the version that was open when they were given."""
    op.add_column("ratings", sa.Column("campaign_version", sa.Text(), nullable=True))
    marks = _table("ratings", "campaign_version", "rated_at")
    opened = _table("period_versions", "id", "version", "since")
    version = (
        sa.select(opened.c.version)
        .where(
            opened.c.campaign_id == marks.c.campaign_id,
            opened.c.period_id == marks.c.period_id,
            opened.c.since <= marks.c.rated_at,
        )
        .order_by(opened.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    op.execute(sa.update(marks).values(campaign_version=version))


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in ("campaign_id", "period_id", *columns)))
