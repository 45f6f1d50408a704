"""Nothing of a campaign stands in the source: neither its id nor those of what it defines."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from counties import ROOT

from pbwidgets.campaign import Campaign, read_campaign

SOURCE = ROOT / "src" / "pbwidgets"
FILES = sorted((ROOT / "parameters" / "campaigns").glob("*.yaml"))
COMMON = frozenset({"incident", "member"})
"""Ids of a campaign that are words of the code as well: a case of a demonstration, a role of a kind of unit."""


def ids_of(campaign: Campaign) -> set[str]:
    """Ids of kinds, levels, layers, forms, measures, tracks, lines and gates; phases and fields have everyday names."""
    parts = (
        campaign.unit_kinds, campaign.review_levels, campaign.layers, campaign.forms, campaign.every_measure,
        campaign.tracks,
    )  # fmt: skip
    named = {item.id for part in parts for item in part}
    for track in campaign.tracks:
        named |= {item.criterion.id for item in track.numbered()} | {gate.id for gate in track.gates}
    return named - COMMON


def texts_in(path: Path) -> Iterator[tuple[int, str]]:
    """Texts in the code of a module, with their lines; no descriptions, whose examples may name anything."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    descriptions = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in descriptions:
            yield node.lineno, node.value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_id_of_a_campaign_is_in_the_source(file: Path) -> None:
    campaign = read_campaign(file)
    everywhere = [
        path for path in SOURCE.rglob("*") if path.suffix in (".py", ".po", ".html", ".js", ".css", ".yaml")
    ]
    assert [str(path) for path in everywhere if campaign.id in path.read_text(encoding="utf-8")] == []
    ids = ids_of(campaign)
    found = [
        f"{path.relative_to(SOURCE)}:{line} {text}"
        for path in sorted(SOURCE.rglob("*.py"))
        if "migrations" not in path.parts  # they name the tables of older packages, and what became of them
        for line, text in texts_in(path)
        if text in ids
    ]
    assert found == []
