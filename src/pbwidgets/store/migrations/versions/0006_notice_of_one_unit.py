"""A public notice may be about one unit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the column."""
    op.add_column("public_notices", sa.Column("unit_code", sa.Text(), nullable=True))
