"""A real PostgreSQL server of our own, for the tests that need one, and databases on it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest


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


def administer(server: str, statement: str) -> None:
    """Run a statement on a server."""
    import psycopg

    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def new_database(server: str, made_from: str = "") -> Iterator[str]:
    """Address of a database that is gone afterwards."""
    name = f"pb_{uuid4().hex[:12]}"
    administer(server, f"CREATE DATABASE {name} {made_from}")
    yield server.format(name)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")
