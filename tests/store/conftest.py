"""Every test of the store runs on SQLite and on a real PostgreSQL server that is started here."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pandas as pd
import pytest

from pbwidgets.store import Actor, Store, Writer, freeze_campaign, import_units, open_period, open_store

CLERK = Actor("clerk", "organiser")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Address of a server of our own, up to the name of the database."""
    folder = _server_programs()
    if folder is None:
        reason = "no PostgreSQL server programs (initdb, pg_ctl): install the package postgresql"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    data = Path(tempfile.mkdtemp(prefix="pbw-pg-"))  # short: a socket's path has at most 107 characters
    as_user = _plain_user(data)
    try:
        _run(
            [
                *as_user,
                str(folder / "initdb"),
                "-D",
                f"{data}/db",
                "-U",
                "pb",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ]
        )
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={data} -c fsync=off -c max_connections=20"
        )
        _run(
            [
                *as_user,
                str(folder / "pg_ctl"),
                "-D",
                f"{data}/db",
                "-w",
                "-l",
                f"{data}/log",
                "-o",
                options,
                "start",
            ]
        )
        try:
            yield f"postgresql://pb@/{{}}?host={data}"
        finally:
            _run([*as_user, str(folder / "pg_ctl"), "-D", f"{data}/db", "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _server_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if found:
        return found[-1].parent
    on_path = shutil.which("pg_ctl")
    return Path(on_path).resolve().parent if on_path and shutil.which("initdb") else None


def _plain_user(data: Path) -> list[str]:
    """Prefix of a command that runs as another user: the server refuses to run as root."""
    if os.name == "nt" or os.geteuid() != 0:
        return []
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in ("postgres", "nobody") if name in names)
    shutil.chown(data, user)
    return ["runuser", "-u", user, "--"]


def _run(command: list[str]) -> None:
    # the server inherits our pipes, and none may stay open after pg_ctl has ended
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", check=False
        )
        said.seek(0)
        assert done.returncode == 0, said.read().decode(errors="replace")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, migrated once."""
    folder = tmp_path_factory.mktemp("template")
    open_store(f"sqlite:///{folder / 'store.sqlite'}", folder)
    return folder / "store.sqlite"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of an empty store, migrated once."""
    _administer(postgresql_server, "CREATE DATABASE pb_template")
    open_store(postgresql_server.format("pb_template"), tmp_path_factory.mktemp("evidence"))
    return "pb_template"


def _administer(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(statement)


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
    name = f"pb_{uuid4().hex[:12]}"
    _administer(postgresql_server, f"CREATE DATABASE {name}")
    yield postgresql_server.format(name)
    _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty store of this test's own."""
    if backend == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "store.sqlite")
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    template = request.getfixturevalue("postgresql_template")
    server = request.getfixturevalue("postgresql_server")
    name = f"pb_{uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.format(name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


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
