"""What the functions of the face are called with by mistake: argument, what was given, what is allowed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

import pbwidgets as pb
from pbwidgets.errors import UsageError

LINE: dict[str, Any] = {"line": "作风", "points": 100, "rule": "rated"}
TABLE = pd.DataFrame({"村名": ["青禾村", "望云村"]})
DATA = pd.DataFrame({"unit": ["青禾村", "望云村"], "roads": [1, 3]})
LINES = pd.DataFrame({"code": ["roads", "works"], "parent": ["works", ""]})


def scored() -> pb.Scored:
    return pb.score(TABLE, pb.sheet([LINE], places=1))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pb.score("表.xlsx", pb.sheet([LINE])), "参数 data .*DataFrame"),
        (lambda: pb.score(TABLE, [LINE]), "参数 sheet 不能是 list。 应为：Sheet"),
        (lambda: pb.score(TABLE, pb.sheet([LINE]), unit=0), "参数 unit .*0（int）"),
        (lambda: pb.score(TABLE, pb.sheet([LINE]), marks={"作风": [1]}), "参数 marks 不能是 dict"),
        (lambda: scored().select(places="3"), "参数 places .*'3'（str）"),
        (lambda: scored().select(places=2.5), "参数 places .*2.5（float）"),
        (lambda: scored().select(nominations=["青禾村"]), "参数 nominations 不能是 list"),
        (lambda: scored().explain("青禾村", lang="fr"), "参数 lang .*zh_CN"),
        (lambda: pb.sheet("评分表.yaml"), "参数 lines .*list"),
        (lambda: pb.sheet(Path("评分表.xlsx")), "参数 lines 不能是 PosixPath|WindowsPath"),
        (lambda: pb.sheet(None), "参数 lines 不能是 NoneType"),
        (lambda: pb.sheet([LINE], places=True), "参数 places .*True（bool）"),
        (lambda: pb.sheet([LINE], title=5), "参数 title .*5（int）"),
        (lambda: pb.sheet([LINE], group=["乡镇"]), "参数 group 不能是 list"),
        (lambda: pb.Sheet.of("评分表.yaml"), "参数 campaign .*Campaign"),
        (lambda: pb.read_campaign(TABLE), "参数 path 不能是 DataFrame"),
        (lambda: pb.form({"村名": "text"}, lang="fr"), "参数 lang .*zh_CN"),
        (lambda: pb.form({"村名": "text"}, title=5), "参数 title"),
        (lambda: pb.index(DATA, {"code": ["roads"]}), "参数 dictionary 不能是 dict"),
        (lambda: pb.index(DATA, LINES, imputte="mean"), "没有参数 imputte。 是否想写 impute"),
        (lambda: pb.index(DATA, LINES, min_share=2), "参数 min_share 不能是 2（int）。 应为：0–1"),
        (lambda: pb.index(DATA, LINES, winsorise="yes"), "参数 winsorise .*'yes'（str）。 应为：bool"),
        (lambda: pb.index(DATA, LINES, denominators=5), "参数 denominators"),
        (lambda: pb.slides(TABLE, "会议.pptx"), "参数 charts .*'村名'（str）"),
        (lambda: pb.slides(5, "会议.pptx"), "参数 charts .*5（int）"),
        (lambda: pb.slides([], "会议.pdf"), r"参数 path 不能是 '会议.pdf'（str）。 应为：\.pptx"),
        (lambda: pb.open_desk(5), "参数 campaign"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_done(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call()


def test_a_period_that_a_campaign_does_not_have_is_refused_with_those_it_has() -> None:
    made = scored()
    with pytest.raises(UsageError, match=f"没有周期“x”.*{made.sheet.period}"):
        pb.score_campaign(made.sheet.campaign, "x", made.records)


def test_a_folder_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="demo2”。 请核对路径"):
        pb.open_desk(folder=tmp_path / "demo2")
    assert list(tmp_path.iterdir()) == []


def test_a_tie_may_be_one_text_and_a_count_one_of_numpy() -> None:
    track = pb.sheet([LINE], ties="作风", places=np.int64(1)).track
    assert (len(track.tie_breaks), track.places) == (1, 1)


def test_one_chart_is_a_presentation_whose_file_needs_no_ending(tmp_path: Path) -> None:
    chart = alt.Chart(TABLE, title="村").mark_bar().encode(x="村名")
    assert pb.slides(chart, tmp_path / "会议").name == "会议.pptx"
