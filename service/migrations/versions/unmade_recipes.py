"""Recipes whose adapters were never made, and indices for many of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_FACTS = (("num_bytes", sa.BigInteger(), "0"), ("sha256", sa.String(64), ""))


def upgrade() -> None:
    """Lets what only making tells be absent."""
    for name, kind, _ in _FACTS:
        _replace(name, sa.Column(f"new_{name}", kind))
    op.create_index(
        "ix_adapters_with_files",
        "adapters",
        ["id", "num_bytes"],
        sqlite_where=sa.text("recipe IS NULL"),
        postgresql_where=sa.text("recipe IS NULL"),
    )
    op.create_index(
        "ix_holdings_owner_number_expires", "holdings", ["owner", "number", "expires"]
    )
    op.create_index(
        "ix_holdings_name",
        "holdings",
        ["name"],
        sqlite_where=sa.text("name IS NOT NULL"),
        postgresql_where=sa.text("name IS NOT NULL"),
    )
    op.create_index(
        "ix_holdings_pinned",
        "holdings",
        ["adapter_id"],
        sqlite_where=sa.text("is_pinned = 1"),
        postgresql_where=sa.text("is_pinned"),
    )


def downgrade() -> None:
    """Removes what was never made, and the indices."""
    for name in ("pinned", "name", "owner_number_expires"):
        op.drop_index(f"ix_holdings_{name}", "holdings")
    op.drop_index("ix_adapters_with_files", "adapters")
    op.execute("DELETE FROM adapters WHERE sha256 IS NULL")
    for name, kind, none in _FACTS:
        _replace(
            name, sa.Column(f"new_{name}", kind, nullable=False, server_default=none)
        )


def _replace(name: str, column: sa.Column[object]) -> None:
    """Puts a column in another's place.

    SQLite would write the table anew to change one, and dropping the old table ends
    every holding of its adapters.
    """
    op.add_column("adapters", column)
    op.execute(f"UPDATE adapters SET {column.name} = {name}")
    op.execute(f"ALTER TABLE adapters DROP COLUMN {name}")
    op.execute(f"ALTER TABLE adapters RENAME COLUMN {column.name} TO {name}")
