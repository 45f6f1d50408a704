"""Run by Alembic for every upgrade; the connection and its transaction come from ``store.migrate``."""

from alembic import context

from pbwidgets.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # an upgrade that fails leaves the store as it was
)
context.run_migrations()
