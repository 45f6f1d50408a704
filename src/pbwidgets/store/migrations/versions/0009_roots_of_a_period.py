"""An opened period knows below which roots units take part; none: below every root of the register that fits."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the column; periods that are open already keep to every root."""
    op.add_column("period_versions", sa.Column("roots", sa.Text(), nullable=True))
