"""A sheet: right or refused whole, advice on what is doubtful, and the way to a campaign file and back."""

from pathlib import Path

import pandas as pd
import pytest

import pbwidgets as pb
from pbwidgets.campaign import check_campaign
from pbwidgets.errors import ProblemsError, UsageError


def test_a_sheet_says_what_is_doubtful_about_it(lines: list) -> None:
    assert pb.sheet(lines, places=3, ties=["走访"]).check() == ()
    advice = pb.sheet(lines[:2], places=3).check()
    assert [one.code for one in advice] == ["analysis.not_100_points", "analysis.no_ties"]
    assert "80分" in advice[0].line("zh_CN")


def test_a_wrong_sheet_is_refused_with_everything_that_is_wrong() -> None:
    with pytest.raises(ProblemsError, match="群众评介") as refused:
        pb.sheet([{"line": "群众评介", "points": 20, "rule": "ratd"}], ties=["走访"], title="季度评比")
    assert [problem.code for problem in refused.value.problems] == [
        "campaign.unknown_criterion",
        "campaign.unknown_rule",
    ]
    assert {problem.file for problem in refused.value.problems} == {"季度评比"}


def test_a_campaign_file_of_a_sheet_is_right_and_gives_the_same_scores(
    lines: list, tmp_path: Path, villages: pd.DataFrame, marks: pd.DataFrame
) -> None:
    sheet = pb.sheet(lines, places=3, ties=["走访"], group="乡镇", title="季度评比")
    path = sheet.to_yaml(tmp_path / "季度评比.yaml")

    assert check_campaign(path) == ()
    again = pb.Sheet.of(pb.read_campaign(path))
    assert again == sheet
    scored, other = (pb.score(villages, one, unit="村名", marks=marks) for one in (sheet, again))
    pd.testing.assert_frame_equal(scored.ranking, other.ranking, check_exact=True)
    pd.testing.assert_frame_equal(scored.reasons, other.reasons, check_exact=True)


def test_a_track_that_a_campaign_does_not_have_is_named_with_the_nearest_one(
    lines: list, tmp_path: Path
) -> None:
    campaign = pb.read_campaign(pb.sheet(lines).to_yaml(tmp_path / "a.yaml"))
    with pytest.raises(UsageError, match="shet"):
        pb.Sheet.of(campaign, "shet")


def test_a_sheet_says_itself_in_short(lines: list) -> None:
    assert repr(pb.sheet(lines, title="季度评比")) == "季度评比：4项，满分100分"


def test_a_sheet_of_deductions_alone_is_doubtful_and_one_without_lines_is_none(lines: list) -> None:
    (advice,) = pb.sheet(lines[3:]).check()
    assert "只有扣分项" in advice.line("zh_CN")
    with pytest.raises(ProblemsError, match="没有评分项"):
        pb.sheet([])


def test_without_places_nobody_is_said_to_be_not_selected(lines: list, villages: pd.DataFrame) -> None:
    scored = pb.score(villages, pb.sheet(lines[:2]))
    said = scored.explain("青禾村")
    assert "评定意见：已评定。" in said
    assert "未入选" not in said
    drawn = str(scored.plot.ranking_bars().to_dict(validate=False))
    assert "5个单位总分排名" in drawn
    assert "未入选" not in drawn
    assert "名额" not in drawn


def test_a_measure_whose_name_ends_in_a_digit_is_told_apart_from_its_value() -> None:
    line = {"line": "走访", "points": 40, "rule": "all_or_nothing", "measure": "走访2025", "unit": "次"}
    said = pb.score(pd.DataFrame({"村名": ["青禾村"], "走访2025": [11]}), pb.sheet([line])).explain("青禾村")
    assert "走访2025为11次" in said


def test_advice_and_problems_of_answers_print_as_their_words(lines: list) -> None:
    (advice,) = pb.sheet(lines, places=3).check()
    assert str(advice) == advice.line()
    (problem,) = pb.form({"走访": {"type": "integer"}}, answers={"走访": "三"}).problems
    assert str(problem) == problem.message()
