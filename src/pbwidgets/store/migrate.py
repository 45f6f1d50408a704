"""Bring a store's tables up to date with this package."""

from importlib import resources
from typing import Final

from sqlalchemy import Connection, inspect, text

from pbwidgets.errors import DataError
from pbwidgets.store.tables import METADATA

REVISION: Final = "0008"
"""Newest migration of this package; kept here so that an up-to-date store opens without Alembic."""


def load_revision(connection: Connection) -> str | None:
    """Revision of a store, or None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def upgrade(connection: Connection, shown_url: str) -> None:
    """Run the migrations that the store lacks, within the transaction of the connection.

    Raises
    ------
    DataError
        ``store.too_new`` if a newer package has written the store; ``store.foreign`` if tables of the
        same names are there that no migration has made.
    """
    revision = load_revision(connection)
    if revision == REVISION:
        return
    from alembic import command  # slow to import, needed once in the life of a store
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = resources.files("pbwidgets.store") / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise DataError("store.too_new", store=shown_url, found=revision, known=REVISION)
    if revision is None and set(inspect(connection).get_table_names()) & set(METADATA.tables):
        raise DataError("store.foreign", store=shown_url)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
