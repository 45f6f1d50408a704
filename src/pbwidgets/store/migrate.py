"""Bring a store's tables up to date with this package."""

import re
from importlib import resources
from typing import Final

from sqlalchemy import Connection, inspect, text

from pbwidgets.errors import DataError
from pbwidgets.store.tables import METADATA

REVISION: Final = "0011"
"""Newest migration of this package; kept here so that an up-to-date store opens without Alembic."""

_OURS: Final = re.compile(r"\d{4}")


def load_revision(connection: Connection) -> str | None:
    """Revision of a store, or None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def upgrade(connection: Connection, name: str) -> None:
    """Run the migrations that the store lacks, within the transaction of the connection.

    Raises
    ------
    DataError
        ``store.too_new`` if a newer package has written the store; ``store.foreign`` if it is somebody else's
        database: tables of the same names, or an SQLite file with any table, that no migration of ours has made.
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
    tables = set(inspect(connection).get_table_names())
    if revision is not None and not _OURS.fullmatch(revision):
        raise DataError("store.foreign", store=name)
    if revision is not None and revision not in known:
        raise DataError("store.too_new", store=name, found=revision, known=REVISION)
    # a PostgreSQL database may hold tables of others beside ours; an SQLite file is somebody's own
    if revision is None and (
        tables if connection.dialect.name == "sqlite" else tables & set(METADATA.tables)
    ):
        raise DataError("store.foreign", store=name)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
