"""Tables made of frames."""

from types import SimpleNamespace

import pandas as pd

from pbwidgets.campaign.model import Criterion, Text
from pbwidgets.exports.tables import losses_by_heading

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


def test_points_lost_are_the_maximum_less_the_points_and_the_most_stand_first() -> None:
    frame = lost(None, dict(zip(CODES, "甲乙丙", strict=True)))

    assert list(frame.index) == ["丙", "乙", "甲"]
    assert frame.loc["乙"].tolist() == [4.0, 1.0, 5.0]
    assert frame.loc["甲"].tolist() == [2.0, 0.0, 2.0]


def test_a_line_without_a_mark_is_not_lost() -> None:
    frame = lost(None, dict(zip(CODES, "甲乙丙", strict=True)))

    assert frame.loc["丙", "one"] == 8.0
    assert pd.isna(frame.loc["丙", "two"])
    assert frame.loc["丙", "sum"] == 8.0


def test_groups_show_the_mean_of_their_units() -> None:
    towns = {CODES[0]: "990101001", CODES[1]: "990101001", CODES[2]: "990101002"}
    frame = lost(towns, {"990101001": "东镇", "990101002": "西镇"})

    assert frame.loc["东镇"].tolist() == [3.0, 0.5, 3.5]
