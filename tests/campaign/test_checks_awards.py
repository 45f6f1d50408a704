"""What an award asks for must be within reach, comparable, and not in a circle."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pbwidgets.campaign.reader import check_campaign

Write = Callable[..., Path]

GATE = '      - {id: falsified, name: {zh: 弄虚作假, en: Falsified}, effect: disqualify, when: "${meetings} = 0"}\n'
OTHERS = """\
  - id: model
    name: {zh: 标兵, en: Model}
    unit_kind: branch
    layers: [{id: bureau}]
    places: 1
    criteria: [{id: lead, name: {zh: 带头, en: Lead}, points: 100, rule: {name: rated}}]
    classes: {names: [{zh: 好, en: Good}, {zh: 差, en: Poor}], from_totals: [80]}
  - id: bureaus
    name: {zh: 局, en: Bureaus}
    unit_kind: bureau
    layers: [{id: bureau}]
    criteria: [{id: order, name: {zh: 秩序, en: Order}, points: 100, rule: {name: rated}}]
  - id: offices
    name: {zh: 机关, en: Offices}
    unit_kind: bureau
    layers: [{id: bureau}]
    places: 1
    criteria: [{id: calm, name: {zh: 稳定, en: Calm}, points: 100, rule: {name: rated}}]
"""


def find(write: Write, *edits: tuple[str, str]) -> list[str]:
    path = write((GATE, GATE + OTHERS), *edits)
    problems = check_campaign(path)
    for problem in problems:
        assert problem.line("zh_CN") != problem.line("en")
        assert problem.remedy("zh_CN")
    return [problem.code for problem in problems]


def to_branches(*lines: str) -> tuple[str, str]:
    """An edit that gives the track of branches more keys."""
    return "    places: 3\n", "    places: 3\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("minimum_total: 100", []),
        ("minimum_total: 100.5", ["campaign.minimum_out_of_reach"]),
        ("needs_class: {lowest: 2, track: model}", []),
        ("needs_class: {lowest: 3, track: model}", ["campaign.no_such_class"]),
        ("needs_class: {lowest: 1}", ["campaign.award_needs_classes"]),
        ("needs_class: {lowest: 1, track: modell}", ["campaign.unknown_track"]),
        ("needs_class: {lowest: 1, track: offices}", ["campaign.award_of_other_kind", "campaign.award_needs_classes"]),
        ("selected_in: [model]", []),
        ("selected_in: [branches]", ["campaign.award_of_itself"]),
        ("selected_in: [model, model]", ["campaign.award_twice"]),
        ("not_selected_in: [bureaus]", ["campaign.award_without_places"]),
        ("not_selected_in: [offices]", ["campaign.award_of_other_kind"]),
    ],
)  # fmt: skip
def test_what_an_award_asks_for_is_checked(write: Write, line: str, expected: list[str]) -> None:
    assert sorted(find(write, to_branches(line))) == sorted(expected)


def test_an_award_needs_places_to_be_given(write: Write) -> None:
    assert find(write, ("    places: 3\n", "    minimum_total: 60\n")) == ["campaign.selection_needs_places"]


def test_needed_and_excluded_at_once_is_a_mistake(write: Write) -> None:
    edit = to_branches("selected_in: [model]", "not_selected_in: [model]")
    assert find(write, edit) == ["campaign.award_both_ways"]


def test_what_is_excluded_may_not_be_needed_by_way_of_another_award(write: Write) -> None:
    start = OTHERS.index("  - id: model")
    model = OTHERS[start : OTHERS.index("  - id: bureaus")]
    first = model.replace("id: model", "id: first").replace("id: lead", "id: first_lead")
    needing = model.replace("    places: 1\n", "    places: 1\n    selected_in: [first]\n")
    edits = (model, first + needing), to_branches("selected_in: [model]", "not_selected_in: [first]")
    assert find(write, *edits) == ["campaign.award_both_ways"]


def test_awards_in_a_circle_are_named_in_their_order(write: Write) -> None:
    old = "    places: 1\n    criteria: [{id: lead"
    edits = (
        to_branches("selected_in: [model]"),
        (old, old.replace("\n", "\n    not_selected_in: [branches]\n", 1)),
    )
    (problem,) = check_campaign(write((GATE, GATE + OTHERS), *edits))
    assert problem.code == "campaign.awards_in_circle"
    line = problem.line("zh_CN")
    assert "branches → model → branches" in line or "model → branches → model" in line
