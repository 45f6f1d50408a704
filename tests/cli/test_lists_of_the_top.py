"""A list for the top is asked for by every command that shows or writes results: none tells who is on it."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from counties import COUNTY, SISTER, VILLAGE, lay_out, run_pbwidgets
from two_months import AFTER, CHECKLIST, NOVEMBER, make_november

from pbwidgets.store import Actor
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.meeting.decisions import Minutes
from pbwidgets.workflows.meeting.lists import decide_list, read_list

SECRETS = ("问责", "Accountable", "accountable", "密议事由", "密议机构", "红牌月数", "Red months")
"""Names of the list, what was decided on it, and what stands only in reasons for it."""
COMMANDS = {
    "score": ("score", CHECKLIST),
    "lines": ("score", CHECKLIST, "--lines", "--format", "csv"),
    "score as json": ("score", CHECKLIST, "--format", "json"),
    "explain": ("score", CHECKLIST, "--explain", VILLAGE),
    "sheets": ("score", CHECKLIST, "--sheets", "-o", "out/sheets.xlsx"),
    "standings": (
        "score",
        CHECKLIST,
        "--track",
        "compliance",
        "--format",
        "parquet",
        "-o",
        "out/score.parquet",
    ),
    "select": ("select", CHECKLIST),
    "red": ("select", CHECKLIST, "--list", "red", "--format", "json"),
    "commended": ("select", CHECKLIST, "--list", "commended", "--format", "csv"),
    "october": ("select", CHECKLIST, "--list", "red", "--period", "2026-10", "--format", "json"),
    "classify": ("classify", CHECKLIST),
    "export": ("export", CHECKLIST, "-o", "out/all.xlsx"),
    "export as analyst": ("export", CHECKLIST, "--as-analyst", "-o", "out/analyst.xlsx"),
    "matrix": ("chart", "state_matrix", "--campaign", CHECKLIST, "-o", "out/matrix.svg"),
    "coverage": ("chart", "coverage_bars", "--campaign", CHECKLIST, "-o", "out/coverage.svg"),
    "reports": ("report", "--all", "--campaign", CHECKLIST, "--workers", "1"),
    "circular": ("document", "circular", "--campaign", CHECKLIST, "--sender", "县委", "-o", "out/c.docx"),
    "units": ("units", "list"),
    "users": ("user", "list"),
    "doctor": ("doctor",),
}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """November, in which the top has decided to hold VILLAGE to account."""
    folder = lay_out(make_november(tmp_path_factory.mktemp("county")))
    (folder / "out").mkdir()
    with open_workspace(folder) as workspace:
        opened = workspace.opened(CHECKLIST, NOVEMBER)
        desk = Desk(workspace, Actor("xu", "reviewer", COUNTY), opened, "zh_CN", AFTER)
        minutes = Minutes("密议事由", "密议机构", AFTER.date())
        decide_list(desk, "accountable", {VILLAGE: "selected", SISTER: "not_selected"}, minutes)
        rows = read_list(desk, "accountable").rows.set_index("unit_code")
        assert rows.loc[VILLAGE, "on_list"]
        assert "红牌月数" in rows.loc[VILLAGE, "reason"]  # the words that are looked for below
    return folder


def texts_of(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of a file, and of all that an Office file or archive holds."""
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from texts_of(f"{name}!{inner}", archive.read(inner))
    elif name.endswith(".parquet"):
        yield name, pd.read_parquet(BytesIO(content)).to_csv()
    else:
        yield name, content.decode("utf-8", errors="replace")


def is_open(path: Path, folder: Path) -> bool:
    """Whether others than the top may come upon a file: not the store, not the top's folder, not a definition."""
    parts = path.relative_to(folder).parts
    return not (
        "top" in parts[:-1]
        or ".sqlite" in path.name
        or parts[0] == "parameters"
        or path.name == "campaign.json"
    )


def told_in(folder: Path) -> list[tuple[str, str]]:
    return [
        (name, secret)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and is_open(path, folder)
        for name, text in texts_of(path.relative_to(folder).as_posix(), path.read_bytes())
        for secret in SECRETS
        if secret in text
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_tells_of_the_list(county: Path, name: str) -> None:
    done = run_pbwidgets(*COMMANDS[name], cwd=county)
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []
    assert told_in(county) == []


@pytest.mark.parametrize(
    "asked",
    [
        ("select", CHECKLIST, "--list", "accountable"),
        ("document", "circular", "--campaign", CHECKLIST, "--list", "accountable", "--sender", "县委", "-o", "out/t.docx"),
    ],
    ids=["select", "document"],
)  # fmt: skip
def test_who_names_the_list_is_refused(county: Path, asked: tuple[str, ...]) -> None:
    done = run_pbwidgets(*asked, cwd=county)
    assert done.returncode != 0
    assert done.stdout == ""
    assert not any(secret in done.stderr for secret in ("密议", "红牌月数", VILLAGE, "上坪村"))
    assert not (county / "out" / "t.docx").exists()


def test_the_search_finds_what_a_file_tells(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("sheet.xml", "<c>密议机构</c>")
    pd.DataFrame({"reason": ["红牌月数2"]}).to_parquet(tmp_path / "lists.parquet")
    assert told_in(tmp_path) == [("book.xlsx!sheet.xml", "密议机构"), ("lists.parquet", "红牌月数")]
