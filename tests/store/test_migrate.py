import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from pbwidgets.errors import DataError
from pbwidgets.store import ALWAYS, Actor, Store, history, load_notes, migrate, open_store
from pbwidgets.store.counting import load_counting
from pbwidgets.store.migrate import REVISION
from pbwidgets.store.submissions import load_submissions
from pbwidgets.store.tables import METADATA

CLERK = Actor("clerk", "organiser")
DEFINITION = json.dumps(
    {
        "forms": [
            {
                "id": "rectifications", "unit_kind": ["village"], "occurrence": "many", "lasts": "campaign",
                "fields": [
                    *({"id": name, "type": "text", "max_length": 6} for name in ("shortcoming", "post", "outcome")),
                    *({"id": f"{name}_on", "type": "date"} for name in ("found", "due", "fixed", "closed")),
                ],
            }
        ]
    }
)  # fmt: skip


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


def _make_old(url: str, revision: str, statements: Iterable[str]) -> None:
    """Store as an older package left it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_submission_that_an_older_package_took_back_is_known_as_taken_back(
    empty_url: str, tmp_path: Path
) -> None:
    _make_old(empty_url, "0009", _OLD_ROWS)
    store = open_store(empty_url, tmp_path)
    with store.read() as r:
        found = [load_counting(r, "c", "2026", lambda _, state: state == "submitted", at) for at in (None, 0)]
    assert [[one.key.occurrence for one in counting] for counting in found] == [[2], [2]]


_PUT_RIGHT = (
    "INSERT INTO units (unit_code, unit_name, kind, synthetic) VALUES"
    " ('99', 'a', 'village', true), ('98', 'b', 'county', true)",
    "INSERT INTO campaign_versions (campaign_id, version, definition, frozen_at, frozen_by) VALUES"
    f" ('c', 'v1', '{DEFINITION}', '2026-05-01 00:00:00', 'li'),"
    """ ('d', 'v1', '{"forms":[{"id":"report","fields":[]}]}', '2026-05-01 00:00:00', 'li')""",
    "INSERT INTO period_versions (campaign_id, period_id, version, is_open, since, since_by) VALUES"
    " ('c', '2026', 'v1', true, '2026-05-01 00:00:00', 'li'),"
    " ('d', '2026', 'v1', false, '2026-05-01 00:00:00', 'li')",
    "INSERT INTO rectifications (id, campaign_id, period_id, unit_code, shortcoming, responsible_post, deadline,"
    " closed_on, outcome, recorded_at, recorded_by) VALUES"
    " (1, 'c', '2026', '99', '台账不全', '村文书', '2026-06-01', NULL, NULL, '2026-05-06 17:08:09', 'li'),"
    " (2, 'c', '2026', '99', '制度未公开', '书记', '2026-05-01', '2026-05-20', '已公开', '2026-05-06 07:08:09', 'li'),"
    " (3, 'c', '2026', '98', '未开会', '书记', '2026-06-01', NULL, NULL, '2026-05-06 07:08:09', 'li'),"
    " (4, 'c', '2026', '99', '比表里许可的长', '书记', '2026-06-01', NULL, NULL, '2026-05-06 07:08:09', 'li'),"
    " (5, 'd', '2026', '99', '旧事', '书记', '2026-06-01', '2026-05-20', '已办', '2026-05-06 17:08:09', 'li')",
    "INSERT INTO audit (id, at, action, actor, role, on_behalf, entity, details) VALUES"
    " (7, '2026-05-06 07:08:09', 'open_rectification', 'li', 'reviewer', false, 'rectification:2', '{}'),"
    " (9, '2026-05-20 07:08:09', 'close_rectification', 'xu', 'operator', true, 'rectification:2', '{}')",
)


def test_what_an_older_package_had_put_right_is_an_entry_or_a_note(empty_url: str, tmp_path: Path) -> None:
    _make_old(empty_url, "0010", _PUT_RIGHT)
    store = open_store(empty_url, tmp_path)
    with store.read() as r:
        assert not inspect(r.conn).has_table("rectifications")
        found = load_submissions(r, "c", ALWAYS)
        versions = [history(r, state.key)[0] for state in found]
        notes = {
            campaign: [(note.unit_code, note.noted_on, note.text) for note in load_notes(r, campaign, "2026")]
            for campaign in ("c", "d")
        }
    assert [(one.key.occurrence, one.state, one.version, one.campaign_version) for one in found] == [
        (1, "submitted", 1, "v1"),
        (2, "submitted", 1, "v1"),
    ]
    assert [one.answers for one in found] == [
        {"shortcoming": "台账不全", "post": "村文书", "found_on": "2026-05-07", "due_on": "2026-06-01"},
        {
            "shortcoming": "制度未公开", "post": "书记", "found_on": "2026-05-01", "due_on": "2026-05-01",
            "fixed_on": "2026-05-20", "outcome": "已公开", "closed_on": "2026-05-20",
        },
    ]  # fmt: skip
    assert [
        (one.made_by.name, one.made_by.role, one.made_by.on_behalf, f"{one.made_at:%m-%d}")
        for one in versions
    ] == [
        ("li", "reviewer", False, "05-06"),
        ("xu", "operator", True, "05-20"),
    ]
    assert sorted(notes["c"]) == [
        ("98", date(2026, 5, 6), "限期整改：未开会；责任岗位：书记；整改期限：2026-06-01；尚未销号"),
        (
            "99",
            date(2026, 5, 6),
            "限期整改：比表里许可的长；责任岗位：书记；整改期限：2026-06-01；尚未销号",
        ),
    ]
    assert notes["d"] == [
        (
            "99", date(2026, 5, 7),
            "限期整改：旧事；责任岗位：书记；整改期限：2026-06-01；销号日期：2026-05-20；整改结果：已办",
        )
    ]  # fmt: skip


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
