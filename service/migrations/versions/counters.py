"""What owners have used, minute by minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "counters",
        sa.Column("owner", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "kind", "minute", name="pk_counters"),
    )
    op.create_index("ix_counters_minute", "counters", ["minute"])


def downgrade() -> None:
    """Removes the table."""
    op.drop_table("counters")
