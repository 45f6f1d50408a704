"""The mark sheet says what is wrong with a mark while it is typed."""

from pbwidgets.forms.mark_sheet import MarkField, MarkSheet

UNITY = MarkField("unity", "1. 班子团结", 0.0, 10.0, before=("自评", 9.0), limit=1.0)


def test_a_mark_that_differs_from_the_one_before_needs_a_reason() -> None:
    sheet = MarkSheet([UNITY], "zh_CN")
    sheet.type("unity", "8")
    assert sheet.read().problems == {"unity": "与自评的9分相差达到1分，请先写明理由。"}
    assert sheet.read().marks == {}
    sheet.type("unity", "8", "换届推迟")
    assert sheet.read().problems == {}
    assert sheet.read().marks == {"unity": (8.0, "换届推迟")}
    sheet.close()


def test_a_smaller_difference_and_a_line_without_a_mark_before_need_none() -> None:
    sheet = MarkSheet([UNITY, MarkField("style", "2. 作风", 0.0, 10.0, limit=1.0)], "en")
    sheet.type("unity", "8.1")
    sheet.type("style", "0")
    assert sheet.read().problems == {}
    sheet.type("unity", "10")
    assert "write the reason first" in sheet.read().problems["unity"]
    sheet.close()
