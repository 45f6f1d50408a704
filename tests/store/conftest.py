"""Every test of the store runs on SQLite and on a real PostgreSQL server."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from postgresql import administer, new_database

from pbwidgets.store import Actor, Store, Writer, freeze_campaign, import_units, open_period, open_store

CLERK = Actor("clerk", "organiser")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, migrated once."""
    folder = tmp_path_factory.mktemp("template")
    open_store(f"sqlite:///{folder / 'store.sqlite'}", folder)
    return folder / "store.sqlite"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of an empty store, migrated once."""
    administer(postgresql_server, "CREATE DATABASE pb_template")
    open_store(postgresql_server.format("pb_template"), tmp_path_factory.mktemp("evidence"))
    return "pb_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a database without tables."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return str(request.getfixturevalue("empty_postgresql"))


@pytest.fixture
def empty_postgresql(postgresql_server: str) -> Iterator[str]:
    """Address of a PostgreSQL database without tables."""
    with new_database(postgresql_server) as url:
        yield url


@pytest.fixture
def store_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty store of this test's own."""
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.sqlite")
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    template = request.getfixturevalue("postgresql_template")
    server = request.getfixturevalue("postgresql_server")
    with new_database(server, f"TEMPLATE {template}") as url:
        yield url


@pytest.fixture
def empty_store(store_url: str, tmp_path: Path) -> Store:
    return open_store(store_url, tmp_path / "evidence", busy_timeout_s=0.3)


@pytest.fixture
def fill_base() -> Callable[[Writer], None]:
    """Function that adds units and an open period to a store."""

    def fill(w: Writer) -> None:
        import_units(w, base_units())
        freeze_campaign(w, '{"id":"contest"}', "v1", "contest")
        open_period(w, "contest", "2026", "v1")

    return fill


@pytest.fixture
def store(empty_store: Store, fill_base: Callable[[Writer], None]) -> Store:
    """A store with five units and the open period 2026 of the campaign `contest`."""
    with empty_store.write(CLERK) as w:
        fill_base(w)
    return empty_store


def base_units() -> pd.DataFrame:
    rows = [
        ("99", "某县", "county", None),
        ("9901", "东乡", "township", "99"),
        ("9902", "西乡", "township", "99"),
        ("990101", "一村", "village", "9901"),
        ("990102", "二村", "village", "9901"),
    ]
    return pd.DataFrame(rows, columns=["unit_code", "unit_name", "kind", "parent_code"]).assign(
        synthetic=True
    )
