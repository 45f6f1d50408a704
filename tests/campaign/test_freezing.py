"""A version is named by what a campaign says, and two versions are compared part by part."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.campaign.freezing import Change, campaign_version, compare_campaigns, from_json, to_json
from pbwidgets.campaign.model import Campaign, Text
from pbwidgets.campaign.reader import read_campaign
from pbwidgets.intake.text import drop_unfit
from tests.campaign.living import LIVING

Write = Callable[..., Path]


def test_a_campaign_survives_json(small: Campaign) -> None:
    assert from_json(to_json(small)) == small
    assert to_json(from_json(to_json(small))) == to_json(small)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(min_size=1), places=st.integers(1, 10**6), points=st.floats(0, 1e6))
def test_any_words_and_numbers_survive_json(small: Campaign, words: str, places: int, points: float) -> None:
    track = small.tracks[0].model_copy(update={"places": places, "base_points": points})
    name = Text(zh=drop_unfit(words) or "-", en="x")
    campaign = small.model_copy(update={"name": name, "tracks": (track,)})
    assert from_json(to_json(campaign)) == campaign


def test_a_version_is_12_hex_digits_and_ignores_comments_and_order(small: Campaign, write: Write) -> None:
    version = campaign_version(small)
    assert len(version) == 12
    assert set(version) <= set("0123456789abcdef")
    moved = read_campaign(
        write(("id: small\n", ""), ("partition_by: bureau", "# a comment\npartition_by: bureau\nid: small"))
    )
    assert campaign_version(moved) == version


def test_a_default_that_is_written_out_is_no_new_version(small: Campaign, write: Write) -> None:
    explicit = read_campaign(write(("    places: 3", "    places: 3\n    waiting: 0")))
    assert campaign_version(explicit) == campaign_version(small)


def test_one_kind_is_no_list_in_a_version_and_several_are(small: Campaign, write: Write) -> None:
    assert '"partition_by":"bureau"' in to_json(small)
    alone = read_campaign(write(("partition_by: bureau", "partition_by: [bureau]")))
    assert campaign_version(alone) == campaign_version(small)
    both = read_campaign(write(("partition_by: bureau", "partition_by: [bureau, branch]")))
    assert '"partition_by":["bureau","branch"]' in to_json(both)
    assert from_json(to_json(both)).partition_by == ("bureau", "branch")
    (change,) = compare_campaigns(small, both)
    assert "bureau → bureau、branch" in change.message("zh_CN")


def test_a_changed_point_is_a_new_version(small: Campaign, write: Write) -> None:
    assert campaign_version(
        read_campaign(write(("points_each: 0.5", "points_each: 0.6")))
    ) != campaign_version(small)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("partition_by: bureau", "partition_by: bureau", []),
        ("maximum: 500", "maximum: 600", [Change("changed", "field", "record.members", ("maximum",))]),
        (
            "minimum: 1, label",
            "minimum: 2, label",
            [Change("changed", "field", "record.meetings/due", ("minimum",))],
        ),
        (
            "      - {id: fund, type: decimal, minimum: 0, label: {zh: 经费, en: Fund}}\n",
            "      - {id: money, type: decimal, minimum: 0, label: {zh: 经费, en: Fund}}\n",
            [Change("removed", "field", "record.fund"), Change("added", "field", "record.money")],
        ),
        ("en: Record}", "en: Records}", [Change("changed", "form", "record", ("name",))]),
        (
            "en: Visit}",
            "en: Visits}",
            [
                Change("changed", "field", "record.kinds_done", ("choices",)),
                Change("changed", "choices", "kinds", ("choices",)),
            ],
        ),
        (
            "points_each: 0.5",
            "points_each: 0.6",
            [Change("changed", "criterion", "branches.life_meetings", ("rule",))],
        ),
        ("    places: 3", "    places: 4", [Change("changed", "track", "branches", ("places",))]),
        ("en: Full}", "en: All}", [Change("changed", "measure", "full", ("name",))]),
        (
            "tracks:\n",
            "derived: [{id: twice, name: {zh: 倍, en: Twice}, expression: '${full} * 2'}]\ntracks:\n",
            [Change("added", "measure", "twice")],
        ),
        ("en: A trial}", "en: Trial}", [Change("changed", "campaign", "summary", ("summary",))]),
    ],
)
def test_changes_are_named(small: Campaign, write: Write, old: str, new: str, expected: list[Change]) -> None:
    assert list(compare_campaigns(small, read_campaign(write((old, new))))) == expected
    for change in expected:  # without names, as a change is told apart
        assert change.address.rpartition(".")[2] in change.message("zh_CN") or change.part == "campaign"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("maximum: 500", "maximum: 600", "最大值 500 → 600"),
        ("minimum: 1, label", "minimum: 2, label", "最小值 1 → 2"),
        ("points_each: 0.5", "points_each: 0.6", "每项分值 0.5 → 0.6"),
        ("    places: 3", "    places: 4", "名额 3 → 4"),
        ("    places: 3", "    places: 3\n    rounding: {before_ranking: false}", "先舍入后排名 是 → 否"),
        ("points: 0, text: {zh: 差", "points: 5, text: {zh: 差", "评分参考 好 40、差 0 → 好 40、差 5"),
        ("    places: 3", "    places: 3\n    missing: fail", "缺分处理 不计该项 → 不出总分"),
    ],
)
def test_a_change_is_said_by_names_with_old_and_new_values(
    small: Campaign, write: Write, old: str, new: str, words: str
) -> None:
    (change,) = compare_campaigns(small, read_campaign(write((old, new))))
    assert words in change.message("zh_CN")
    assert all(name.words("zh_CN") in change.message("zh_CN") for name in change.names)
    assert change.names
    assert change.address not in change.message("zh_CN")


def test_a_changed_gate_is_named_and_its_effect_is_said_as_in_the_workbook(small: Campaign) -> None:
    gate = {"id": "incident", "name": {"zh": "发生事故", "en": "Incident"}, "effect": "bar"}
    before, after = (
        Campaign.model_validate(
            small.model_dump()
            | {"tracks": [small.tracks[0].model_dump() | {"gates": [{**gate, "effect": effect}]}]}
        )
        for effect in ("bar", "disqualify")
    )
    (change,) = compare_campaigns(before, after)
    assert "“发生事故”的后果 不得入选 → 取消资格" in change.message("zh_CN")
    assert "Incident" in change.message("en")


def test_a_changed_choice_names_its_label_old_and_new(small: Campaign, write: Write) -> None:
    field, choices = compare_campaigns(small, read_campaign(write(("en: Visit}", "en: Visits}"))))
    assert "Visit → Visits" in choices.message("en")
    assert "Visit → Visits" in field.message("en")


def test_a_new_form_stands_alone_and_names_its_answers(small: Campaign) -> None:
    form = small.forms[0].model_copy(update={"id": "second"})
    wider = small.model_copy(update={"forms": (*small.forms, form)})
    assert compare_campaigns(small, wider) == (Change("added", "form", "second"),)
    assert compare_campaigns(wider, small) == (Change("removed", "form", "second"),)
    assert Change("changed", "field", "record.meetings/due").form_id == "record"
    assert Change("changed", "track", "branches").form_id is None


def test_how_a_heading_is_settled_and_whose_line_it_is_are_changes_and_survive_json(
    small: Campaign, write: Write
) -> None:
    changed = read_campaign(
        write(
            ("        points: 60\n", "        points: 60\n        settle: {floor: 5, missing: whole}\n"),
            ("        rule: {name: rated}", "        rule: {name: rated}\n        for: {domain: 机关}"),
            ("      - id: effect", "      - {id: other, name: {zh: 其他, en: Other}, points: 40, rule: {name: rated},"
             " for: {domain: 企业}}\n      - id: effect"),
        )
    )  # fmt: skip
    assert set(compare_campaigns(small, changed)) == {
        Change("changed", "criterion", "branches.life", ("settle",)),
        Change("changed", "criterion", "branches.effect", ("for",)),
        Change("added", "criterion", "branches.other"),
    }
    assert from_json(to_json(changed)) == changed


def test_tables_checks_and_lists_are_compared_part_by_part(tmp_path: Path) -> None:
    path = tmp_path / "living.yaml"

    def read(*edits: tuple[str, str]) -> Campaign:
        text = LIVING
        for before, after in edits:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
        return read_campaign(path)

    before = read()
    after = read(
        ("en: Team}, heading: system, due: 2026-11-20", "en: Team}, heading: system, due: 2026-11-21"),
        ("heading: service, at_least: 0,", "heading: service, at_least: 1,"),
        ("${check_overdue} > 2", "${check_overdue} > 3"),
        ("due: due_on", "due: found_on"),
    )
    changes = {change.address: change.message("zh_CN") for change in compare_campaigns(before, after)}
    assert list(changes) == ["faults", "lines.team", "compliance.money", "red"]
    assert "2026-11-20 → 2026-11-21" in changes["lines.team"]
    assert "最低余额" in changes["compliance.money"]
    assert "> 3" in changes["red"]
    assert from_json(to_json(after)) == after
