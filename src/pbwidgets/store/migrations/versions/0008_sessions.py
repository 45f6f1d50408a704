"""Sessions know their address and browser; a reset is told; wrong passwords are counted by the server itself."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the columns, and drop those of the lock, which any stranger could put on a name."""
    for name in ("failures", "locked_until"):
        op.drop_column("accounts", name)
    op.add_column("accounts", sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("reset_by", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.Text(), nullable=True))
    op.add_column("sessions", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("wrong", sa.Integer(), nullable=True))
