from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Store, open_store
from pbwidgets.store.migrate import REVISION
from pbwidgets.store.tables import METADATA

CLERK = Actor("clerk", "organiser")


def test_the_migrated_tables_are_those_of_the_metadata(empty_url: str, tmp_path: Path) -> None:
    store = open_store(empty_url, tmp_path)
    with store.read() as r:
        context = MigrationContext.configure(r.conn, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_only_one_row_can_be_in_force_as_in_the_metadata(store: Store) -> None:
    wanted = {
        "decisions": "uq_decisions_current",
        "nominations": "uq_nominations_in_force",
        "ratings": "uq_ratings_current",
    }
    with store.read() as r:
        for table, index in wanted.items():
            found = {item["name"]: item for item in inspect(r.conn).get_indexes(table)}
            options = found[index]["dialect_options"]
            assert any(name.endswith("_where") for name in options), options


def test_the_revision_in_the_code_is_the_newest_migration() -> None:
    import pbwidgets.store.migrate as module

    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_a_store_newer_than_the_package_is_refused(store: Store, store_url: str, tmp_path: Path) -> None:
    with store.write(CLERK) as w:
        w.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DataError, match="9999") as caught:
        open_store(store_url, tmp_path)
    assert caught.value.code == "store.too_new"


def test_tables_of_other_software_are_left_alone(empty_url: str, tmp_path: Path) -> None:
    store = open_store(empty_url, tmp_path)
    with store.write(CLERK) as w:
        w.conn.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(DataError, match="不是本软件建立的"):
        open_store(empty_url, tmp_path)
