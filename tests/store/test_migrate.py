from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from pbwidgets.errors import DataError
from pbwidgets.store import Actor, Store, migrate, open_store
from pbwidgets.store.counting import load_counting
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


_OLD_ROWS = (
    "INSERT INTO units (unit_code, unit_name, kind, synthetic) VALUES ('99', 'a', 'b', true)",
    "INSERT INTO submissions (id, campaign_id, period_id, form_id, unit_code, occurrence, state, version, answers,"
    " content_version, content_head, revision, draft_at)"
    " VALUES (1, 'c', '2026', 'f', '99', 1, 'draft', 2, '{}', 1, 1, 1, '2026-05-06 07:08:09'),"
    " (2, 'c', '2026', 'f', '99', 2, 'submitted', 2, '{}', 1, 1, 1, '2026-05-06 07:08:09')",
    "INSERT INTO submission_versions (id, submission_id, version, cause, state, answers, campaign_version,"
    " made_at, made_by, role, on_behalf)"
    " SELECT 2 * s.id + v.n, s.id, v.n, 'submit', 'submitted', '{}', 'v', s.draft_at, 'li', 'filler', false"
    " FROM submissions AS s, (SELECT 1 AS n UNION SELECT 2) AS v",
)


def test_a_submission_that_an_older_package_took_back_is_known_as_taken_back(
    empty_url: str, tmp_path: Path
) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        for statement in _OLD_ROWS:
            connection.execute(text(statement))
    engine.dispose()
    store = open_store(empty_url, tmp_path)
    with store.read() as r:
        found = [load_counting(r, "c", "2026", lambda _, state: state == "submitted", at) for at in (None, 0)]
    assert [[one.key.occurrence for one in counting] for counting in found] == [[2], [2]]


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
