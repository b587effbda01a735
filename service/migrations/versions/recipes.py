"""Adapters kept as recipes, and what was found out about adapters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the columns."""
    with op.batch_alter_table("adapters") as table:
        none = sa.text("'{}'")
        table.add_column(
            sa.Column("norms", sa.JSON(), nullable=False, server_default=none)
        )
        table.add_column(sa.Column("recipe", sa.JSON()))
        table.add_column(sa.Column("diagnosis", sa.JSON()))


def downgrade() -> None:
    """Removes the columns."""
    with op.batch_alter_table("adapters") as table:
        table.drop_column("diagnosis")
        table.drop_column("recipe")
        table.drop_column("norms")
