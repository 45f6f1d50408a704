"""Every requirement of a source has an address in its campaign file, a place to see it, and a test."""

import ast
import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("coverage.csv")
COLUMNS = ["source", "phrase", "address", "screen", "output", "test"]
CAMPAIGNS = {
    "000_055bff511056f64d.txt": "sanlian_sancu.yaml",
    "003_d790a5b16652b2e3.txt": "sanhua_jianshe.yaml",
    "004_259888c176370814.txt": "sanji_lianzheng.yaml",
}

Row = dict[str, str]


def read_table() -> list[Row]:
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read_table()


@cache
def read_definition(source: str) -> Any:
    path = ROOT / "parameters" / "campaigns" / CAMPAIGNS[source]
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def step(place: Any, name: str) -> Any:
    """What a step of an address leads to: a key, the item with that id, or one in a list right below.

    The last lets an address leave out ``fields`` and ``criteria``: ``tracks.village.criteria.v1.v1_deeds``.

    Raises
    ------
    KeyError
        If it leads nowhere.
    """
    if isinstance(place, dict):
        if name in place:
            return place[name]
        lists = [value for value in place.values() if isinstance(value, list)]
    else:
        lists = [place] if isinstance(place, list) else []
    found = [
        item for part in lists for item in part if isinstance(item, dict) and str(item.get("id")) == name
    ]
    if len(found) != 1:
        raise KeyError(f"{name}: {len(found)} such items")
    return found[0]


def resolve(definition: Any, address: str) -> Any:
    for name in address.split("."):
        definition = step(definition, name)
    return definition


@cache
def find_tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_the_table_has_its_columns() -> None:
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == COLUMNS


@pytest.mark.parametrize("source", CAMPAIGNS)
def test_every_source_has_rows(source: str) -> None:
    assert sum(row["source"] == source for row in ROWS) >= 40


def test_no_cell_is_empty() -> None:
    assert all(list(row) == COLUMNS for row in ROWS)  # a comma too many makes a column without a name
    assert [row for row in ROWS if any(not (cell or "").strip() for cell in row.values())] == []


def test_every_address_is_in_the_campaign_file() -> None:
    assert [row["address"] for row in ROWS if not leads_somewhere(row)] == []


def leads_somewhere(row: Row) -> bool:
    try:
        resolve(read_definition(row["source"]), row["address"])
    except KeyError:
        return False
    return True


def test_every_test_exists() -> None:
    named = [row["test"].partition("::") for row in ROWS]
    assert [parts for parts in named if not parts[2].startswith("test_")] == []
    assert ["".join(parts) for parts in named if parts[2] not in find_tests(ROOT / parts[0])] == []


def test_no_requirement_stands_twice() -> None:
    counts = Counter((row["source"], row["phrase"]) for row in ROWS)
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("source", CAMPAIGNS)
def test_every_line_gate_check_and_list_of_the_campaign_has_a_row(source: str) -> None:
    """What the file has grown since shows here, too: a line without a row was asked for by nobody."""
    addresses = {row["address"] for row in ROWS if row["source"] == source}
    definition = read_definition(source)
    wanted = {
        f"tracks.{track['id']}.{address}"
        for track in definition["tracks"]
        for address in [
            *walk_lines(track.get("criteria", []), "criteria"),
            *(f"gates.{gate['id']}" for gate in track.get("gates", [])),
            *(f"recommendations.{item['id']}" for item in track.get("recommendations", [])),
            *(f"checks.{item['id']}" for item in track.get("checks", [])),
        ]
    }
    wanted |= {f"lists.{item['id']}" for item in definition.get("lists", [])}
    assert wanted - addresses == set()


def walk_lines(criteria: list[Any], prefix: str) -> list[str]:
    found: list[str] = []
    for criterion in criteria:
        address = f"{prefix}.{criterion['id']}"
        below = criterion.get("criteria", [])
        found += walk_lines(below, address) if below else [address]
    return found


@pytest.mark.parametrize(
    "address",
    ["tracks.vilage", "tracks.village.criteria.v1.v9", "forms.township_setup.name.zh.x", "tracks.0"],
)
def test_a_wrong_address_is_found(address: str) -> None:
    with pytest.raises(KeyError, match=address.rpartition(".")[2]):
        resolve(read_definition("004_259888c176370814.txt"), address)
