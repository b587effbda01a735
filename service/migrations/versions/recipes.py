"""Adapters kept as recipes, what was found out about adapters, and what they fit."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the columns."""
    with op.batch_alter_table("adapters") as table:
        none = sa.text("'{}'")
        table.add_column(
            sa.Column("shape", sa.String(64), nullable=False, server_default="")
        )
        table.add_column(
            sa.Column("norms", sa.JSON(), nullable=False, server_default=none)
        )
        table.add_column(sa.Column("recipe", sa.JSON()))
        table.add_column(sa.Column("effect", sa.JSON()))
    adapters = sa.table(
        "adapters", sa.column("id"), sa.column("spec", sa.JSON()), sa.column("shape")
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(adapters.c.id, adapters.c.spec)).all():
        told = json.dumps(row.spec, sort_keys=True)
        shape = hashlib.sha256(told.encode()).hexdigest()
        by_id = sa.update(adapters).where(adapters.c.id == row.id)
        connection.execute(by_id.values(shape=shape))


def downgrade() -> None:
    """Removes the columns."""
    with op.batch_alter_table("adapters") as table:
        table.drop_column("effect")
        table.drop_column("recipe")
        table.drop_column("norms")
        table.drop_column("shape")
