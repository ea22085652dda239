"""Runs migrations on the connection that ``state.migrate`` hands over; there is no alembic.ini."""

from __future__ import annotations

from alembic import context

from soluciones.webapp.state.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
