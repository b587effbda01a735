"""Alembic's environment: the registry hands its own connection over."""

from __future__ import annotations

from alembic import context

from service.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes a table by writing it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
