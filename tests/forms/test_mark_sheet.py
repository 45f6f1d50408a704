"""The mark sheet says what is wrong with a mark while it is typed."""

from dataclasses import replace

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


def about(sheet: MarkSheet) -> str:
    return "".join(row.children[0].value for row in sheet.box.children)


def test_the_mark_before_is_shown_once_ones_own_is_given_and_not_while_it_is_typed() -> None:
    sheet = MarkSheet([UNITY], "zh_CN")
    for typed in ("", "1", "1x"):
        sheet.type("unity", typed)
        assert "自评" not in about(sheet)
    sheet.type("unity", "9.5")
    sheet.read()
    assert "比自评的9分高0.5分<" in about(sheet)
    sheet.type("unity", "8")
    assert "比自评的9分低1分，相差达到1分，须写明理由" in about(sheet)
    sheet.type("unity", "9")
    assert "与自评的9分相同" in about(sheet)
    sheet.type("unity", "")
    assert "自评" not in about(sheet)
    sheet.close()


def test_a_mark_on_record_stands_beside_the_one_before_from_the_start() -> None:
    sheet = MarkSheet([replace(UNITY, points=9.2, limit=None)], "en")
    assert "0.2 above 自评 (9)" in about(sheet)
    sheet.close()


def test_the_anchor_that_is_given_is_marked() -> None:
    anchors = ((10.0, "突出"), (7.5, "较好"), (0.0, "差"))
    sheet = MarkSheet([replace(UNITY, anchors=anchors, before=None)], "zh_CN")
    assert about(sheet).count('aria-pressed="false"') == 3
    sheet.type("unity", "７。５")
    assert 'aria-pressed="true" data-points="7.5"' in about(sheet)
    assert about(sheet).count('aria-pressed="false"') == 2
    sheet.close()


def test_lines_shown_anew_keep_their_fields_and_what_is_typed_in_them() -> None:
    sheet = MarkSheet([UNITY], "zh_CN")
    sheet.type("unity", "9", "团结")
    fields = [row.children for row in sheet.box.children]
    assert sheet.show([replace(UNITY, points=9.0, comment="团结", remarks=(("info", "县级考评：4分"),))])
    assert [row.children for row in sheet.box.children] == fields
    assert sheet.typed() == {"unity": ("9", "团结")}
    assert "县级考评：4分" in about(sheet)
    assert sheet.read().marks == {}
    assert not sheet.show([UNITY, UNITY])
    sheet.close()
