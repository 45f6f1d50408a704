"""Tables made from frames."""

from types import SimpleNamespace

import pandas as pd
from counties import CAMPAIGN, OTHER_TOWN, OTHER_VILLAGE, ROOT, SISTER, TOWN, VILLAGE, make_register

from pbwidgets.campaign import read_campaign
from pbwidgets.campaign.model import Criterion, Derived, Text
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.exports.tables import (
    LabelledTable,
    answers_of_units,
    losses_by_heading,
    measures_of_unit,
    units_of_track,
    word_answer,
)
from pbwidgets.scoring.frames import RANKS_WITHIN, SELECTION, TOTALS, to_frame

WORDS = Text(zh="甲", en="a")
CODES = ["990101001001", "990101001002", "990101002001"]


def lost(groups: dict[str, str] | None, names: dict[str, str]) -> pd.DataFrame:
    lines = [Criterion(id=name, name=WORDS, points=10, rule={"name": "rated"}) for name in ("one", "two")]
    track = SimpleNamespace(id="village", criteria=tuple(lines), layers=[SimpleNamespace(id="county")])
    rows = [
        {"track_id": "village", "unit_code": code, "layer": "county", "criterion_id": line, "points": points,
         "max_points": 10.0, "reason_code": "scoring.rated"}
        for code, marks in zip(CODES, [(8.0, 10.0), (6.0, 9.0), (2.0, None)], strict=True)
        for line, points in zip(("one", "two"), marks, strict=True)
    ]  # fmt: skip
    table = losses_by_heading(track, pd.DataFrame(rows), names, groups, "失分", "zh_CN")
    return table.frame.set_index("unit_name")[["one", "two", "sum"]]


def test_points_lost_are_the_maximum_minus_the_points_with_the_most_first() -> None:
    frame = lost(None, dict(zip(CODES, "甲乙丙", strict=True)))

    assert list(frame.index) == ["乙", "甲", "丙"]  # the one without a mark last
    assert frame.loc["乙"].tolist() == [4.0, 1.0, 5.0]
    assert frame.loc["甲"].tolist() == [2.0, 0.0, 2.0]


def test_a_line_without_a_mark_is_not_lost() -> None:
    frame = lost(None, dict(zip(CODES, "甲乙丙", strict=True)))

    assert frame.loc["丙", "one"] == 8.0
    assert pd.isna(frame.loc["丙", "two"])
    assert pd.isna(frame.loc["丙", "sum"])  # else it would seem to have lost less than it may have


def test_a_group_is_the_mean_of_its_units_that_have_all_marks() -> None:
    frame = lost(dict.fromkeys(CODES, "990101001"), {"990101001": "东镇"})

    assert frame.loc["东镇"].tolist() == [3.0, 0.5, 3.5]


def test_groups_show_the_mean_of_their_units() -> None:
    towns = {CODES[0]: "990101001", CODES[1]: "990101001", CODES[2]: "990101002"}
    frame = lost(towns, {"990101001": "东镇", "990101002": "西镇"})

    assert frame.loc["东镇"].tolist() == [3.0, 0.5, 3.5]


# -- ranks within groups ---------------------------------------------------------------------------------


def list_villages(codes: list[str], lang: str = "zh_CN") -> LabelledTable:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml")
    ranks = {VILLAGE: (1, TOWN, 1, 1), OTHER_VILLAGE: (2, OTHER_TOWN, 1, 1), SISTER: (0, TOWN, 0, 1)}
    selection = [
        {"unit_code": code, "track_id": "village", "status": "selected", "rank": ranks[code][0]}
        for code in codes
    ]
    within = [
        {"unit_code": code, "track_id": "village", "within": "township", "group": ranks[code][1],
         "rank": ranks[code][2], "size": ranks[code][3]}
        for code in codes
    ]  # fmt: skip
    return units_of_track(
        campaign, campaign.track("village"), to_frame(selection, SELECTION), to_frame([], TOTALS),
        make_register(), "村", lang, ranks_within=to_frame(within, RANKS_WITHIN),
    )  # fmt: skip


def test_a_list_of_several_groups_shows_ranks_within_groups_and_how_many_were_ranked() -> None:
    table = list_villages([VILLAGE, SISTER, OTHER_VILLAGE])
    labels = [column.label for column in table.columns.values()]
    assert labels[:4] == ["名次", "本乡镇名次", "本乡镇参评数", "编码"]
    shown = table.frame[["rank_within_township", "size_within_township"]].astype(object)
    assert shown.to_numpy(na_value="").tolist() == [[1, 1], [1, 1], ["", ""]]
    assert (
        list_villages([VILLAGE, OTHER_VILLAGE], "en").columns["rank_within_township"].label
        == "Rank in its township"
    )


def test_a_list_of_one_group_does_not_repeat_its_size_in_every_row() -> None:
    table = list_villages([VILLAGE, SISTER])
    assert "rank_within_township" in table.columns
    assert "size_within_township" not in table.columns


def test_what_is_derived_from_a_units_own_measures_stands_beside_them() -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / f"{CAMPAIGN}.yaml")
    own = next(item for item in campaign.measures if item.over == "unit")
    other = next(item for item in campaign.measures if item.form != own.form)
    percent = Text(zh="%", en="%")
    made = [
        Derived(id="later", name=WORDS, expression="${rate} + 1"),
        Derived(id="rate", name=WORDS, expression=f"${{{own.id}}} div 2", unit=percent),
        Derived(id="mixed", name=WORDS, expression=f"${{{own.id}}} + ${{{other.id}}}"),
    ]
    campaign = campaign.model_copy(update={"derived": tuple(made)})
    rows = [
        {"unit_code": TOWN, "measure_id": name, "value": value}
        for name, value in ((own.id, 3.0), ("rate", 1.5), ("later", 2.5), ("mixed", 4.0))
    ]
    table = measures_of_unit(campaign, pd.DataFrame(rows), TOWN, [own.form], "指标", "zh_CN")
    assert table.frame["value"].tolist() == [3.0, 1.5, 2.5]
    assert table.frame["unit"].iloc[1] == "%"


def test_a_label_that_shows_an_answer_shows_that_of_the_same_entry() -> None:
    words = {"zh": "村名", "en": "Village"}
    count = {"zh": "${village}的党员数", "en": "Members of ${village}"}
    fields = [
        {"id": "village", "type": "text", "label": words},
        {"id": "members", "type": "integer", "label": count},
    ]
    campaign = campaign_around({"id": "f", "name": words, "unit_kind": "unit", "fields": fields}, {})
    rows = [
        {"form_id": "f", "unit_code": "1", "occurrence": entry, "field": field, "row": 0, "value": value}
        for entry, village in ((1, "东村"), (2, "西村"))
        for field, value in (("village", village), ("members", "7"))
    ]
    table = answers_of_units(campaign, pd.DataFrame(rows), ["f"], {"1": "甲"}, "填报", "zh_CN")
    assert list(table.frame["field"]) == ["村名", "东村的党员数", "村名", "西村的党员数"]


def test_a_unit_that_an_answer_points_at_is_named_and_one_that_nobody_knows_has_its_code() -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / "sanhua_jianshe.yaml")
    visitor = dict(campaign.form("visits").leaves())["visitor"]
    assert word_answer(campaign, visitor, f"{VILLAGE} 99", "zh_CN", {VILLAGE: "青禾村"}) == "青禾村、99"
