import pytest

from pbwidgets.errors import UsageError
from pbwidgets.scoring.pipeline import score_campaign
from pbwidgets.scoring.sheet import drop_unmarked, explain_unit

A = "9901001"


@pytest.fixture
def sheet(small):
    campaign = small.make_campaign()
    records = small.make_records(
        submissions=[small.answer(A, "deeds", 2)],
        ratings=[small.mark(A, 50, "own"), small.mark(A, 45, "county")],
        decisions=[
            {
                "track_id": "teams",
                "unit_code": A,
                "status": "selected",
                "decided_on": "2026-12-28",
                "decided_by": "会议",
                "reason": "按名次确定。",
            }
        ],
    )
    scores = score_campaign(campaign, "2026", records)
    return lambda unit, lang="zh_CN": explain_unit(campaign, scores, records, unit, lang)


def test_a_sheet_reads_as_a_clerk_would_write_it(sheet):
    assert sheet(A).splitlines() == [
        "创建活动评分表：小队1-1（9901001）",
        "类别：示范队，基础分100分",
        "",
        "1. unity（60分）",
        "  自评：评50分（满分60分）。",
        "  片区审核：尚未评分（满分60分）。",
        "  县级复核：评45分（满分60分）。",
        "2. deeds_line（40分）",
        "  deeds2件，要求3件，少1件，每1件扣10分，扣10分，得30分。",
        "",
        "自评总分：80分",
        "片区审核总分：暂无",
        "县级复核总分：75分",
        "综合评定总分：75分",
        "自评比综合评定高5分。",
        "评定意见：拟入选。县级复核得75分，在1个参评小队中列第1名，在2个名额以内，拟入选。"
        "符合条件的只有1个，尚余1个名额。",
        "已决定：拟入选（会议，2026-12-28）。理由：按名次确定。",
    ]


def test_a_unit_that_has_marked_nothing_has_no_marks_of_its_own_on_the_sheet(small):
    campaign = small.make_campaign()
    records = small.make_records(
        submissions=[small.answer(A, "deeds", 2)], ratings=[small.mark(A, 45, "county")]
    )
    scores = score_campaign(campaign, "2026", records)
    text = explain_unit(campaign, scores, records, A, "zh_CN")
    assert "自评" not in text
    assert "片区审核：尚未评分" in text
    assert set(drop_unmarked(campaign, scores.points)["layer"]) == {"district", "county"}
    assert len(drop_unmarked(campaign, scores.points)) < len(scores.points)


def test_a_total_has_the_digits_of_its_track_wherever_it_is_shown(small):
    campaign = small.make_campaign(small.make_track(criteria=[small.rated("unity", 100)]))
    marks = [small.mark(A, points, rater=f"r{points}") for points in (80, 81, 83)]
    scores = small.score(campaign, ratings=marks)
    records = small.make_records(ratings=marks)
    text = explain_unit(campaign, scores, records, A, "zh_CN")
    assert text.count("81.33分") == 4  # of line, layer, the final one, and in the proposal
    assert "81.3333" not in text


def test_a_sheet_in_english_has_no_chinese_words_of_ours(sheet):
    text = sheet(A, "en")
    assert "Marked 45 of 60." in text
    assert "分" not in text.replace("示范队", "")


def test_a_unit_without_data_has_a_sheet_too(sheet):
    assert "无数据" in sheet("9902002")


@pytest.mark.parametrize(("unit", "message"), [("9909999", "9909999"), ("9901", "9901")])
def test_a_unit_that_is_not_assessed_is_refused(sheet, unit, message):
    with pytest.raises(UsageError, match=message):
        sheet(unit)
