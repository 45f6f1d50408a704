"""Documents of the small county: what the campaign says is prefilled, what nobody says is not there."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from counties import COUNTY, OPERATOR, TOWN, VILLAGE, VILLAGE_ANSWERS, key_of
from docx import Document

from pbwidgets import store
from pbwidgets.campaign.model import Office
from pbwidgets.cli.documents import Asked, make
from pbwidgets.errors import DataError, UsageError
from pbwidgets.exports import About
from pbwidgets.exports.docx import (
    Attachment,
    Letter,
    OfficialDocument,
    Paragraph,
    write_official,
    write_starting_template,
)
from pbwidgets.store import Decision, PublicNotice
from pbwidgets.workflows.exchange.documents.application import make_application
from pbwidgets.workflows.exchange.documents.circular import circular_units, make_circular
from pbwidgets.workflows.exchange.documents.letters import complete_letter, suggest_letter, template_of
from pbwidgets.workflows.exchange.documents.notice import make_notice
from pbwidgets.workflows.exchange.documents.score_sheets import make_score_sheets
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.reports.blocks.pieces import Table, Title
from pbwidgets.workflows.reports.files.content import Cover
from pbwidgets.workflows.reports.files.document import compose_document

DAY = date(2026, 12, 20)
NOTICE = PublicNotice(
    "sanji_lianzheng", "2026", "village", date(2026, 12, 21), date(2026, 12, 27), "县委组织部"
)


@pytest.fixture
def desk(small: Workspace, contest: Opened) -> Desk:
    """The operator's, in the county whose village has handed in and is selected by decision, as is its township."""
    with small.store.write(OPERATOR) as writer:
        store.submit_many(writer, [(key_of("village_application", VILLAGE), VILLAGE_ANSWERS)])
    return Desk(small, OPERATOR, contest)


def decide(desk: Desk) -> None:
    """The meeting has chosen the village and its township."""
    chosen = {"village": VILLAGE, "township": TOWN}
    with desk.workspace.store.write(OPERATOR) as writer:
        for track, unit in chosen.items():
            store.decide(
                writer, Decision(*desk.opened.key, track, unit, "selected", DAY, "县委", "会议研究决定")
            )


def texts(path: Path) -> list[str]:
    return [paragraph.text.replace("\n", "") for paragraph in Document(str(path)).paragraphs]


def cells(path: Path) -> set[str]:
    return {cell.text for table in Document(str(path)).tables for row in table.rows for cell in row.cells}


def test_the_sender_is_named_by_the_unit_at_the_top_and_the_rest_is_left_open(desk: Desk) -> None:
    letter = suggest_letter(desk)
    assert (letter.sender, letter.recipients) == ("中共演示县委员会", ("各乡镇党委",))
    assert (letter.number, letter.contact, letter.phone) == ("", "", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sender": " "}, "documents.sender_needed"),
        ({"sender": "中共XX县委"}, "documents.placeholder"),
        ({"number": "县组发〔2026〕  号"}, "documents.placeholder"),
        ({"number": "12"}, "documents.sign_needed"),
    ],
)
def test_no_placeholder_and_no_half_a_number_is_printed(
    desk: Desk, change: dict[str, str], code: str
) -> None:
    with pytest.raises(DataError, match="。") as caught:
        complete_letter(desk, replace(suggest_letter(desk), **change))
    assert caught.value.code == code


def test_a_bare_number_gets_the_sign_of_the_office_and_the_year_of_the_date(desk: Desk) -> None:
    signed = desk.opened.campaign.model_copy(update={"office": Office(number="云组发")})
    with_sign = replace(desk, opened=replace(desk.opened, campaign=signed))
    letter = Letter(sender="虚构县委", number="012", day=date(2027, 1, 3))
    assert complete_letter(with_sign, letter).number == "云组发〔2027〕12号"


def test_a_circular_is_a_draft_until_every_list_is_decided_on(desk: Desk, tmp_path: Path) -> None:
    assert circular_units(desk) == (COUNTY,)
    letter = replace(suggest_letter(desk), number="云组发〔2026〕12号", day=DAY)
    told: list[str] = []
    red = replace(letter, red_head=True)
    draft = texts(make_circular(desk, COUNTY, red, tmp_path / "draft.docx", told.append))
    assert draft[0] == "关于“三级联争”活动评定结果的通报（送审稿）"  # no number, no red head
    assert "云组发〔2026〕12号" not in draft
    assert any("不编发文字号" in words for words in told)
    decide(desk)
    path = make_circular(desk, COUNTY, letter, tmp_path / "final.docx")
    final = texts(path)
    parts = [
        "云组发〔2026〕12号",
        "关于“三级联争”活动评定结果的通报",
        "各乡镇党委：",
        "中共演示县委员会",
        "2026年12月20日",
    ]
    assert [part for part in final if part in parts] == parts
    assert any("予以通报" in part for part in final)
    assert not any("拟" in part or "送审" in part for part in final)
    assert "上坪村" in cells(path)


def test_an_organiser_s_own_template_is_used_by_its_name_or_as_the_campaign_says(
    desk: Desk, tmp_path: Path
) -> None:
    folder = desk.workspace.settings.parameters / "templates"
    assert template_of(desk, "circular") is None
    usual = write_starting_template(folder / "circular.docx")
    assert template_of(desk, "circular") == usual
    named = desk.opened.campaign.model_copy(
        update={"office": Office(templates={"circular": "templates/own.docx"})}
    )
    renamed = replace(desk, opened=replace(desk.opened, campaign=named))
    with pytest.raises(DataError, match=r"own\.docx"):
        make_circular(renamed, COUNTY, suggest_letter(desk), tmp_path / "own.docx")
    made = texts(make_circular(desk, COUNTY, suggest_letter(desk), tmp_path / "c.docx"))
    assert "各乡镇党委：" in made
    assert not any("{" in part for part in made)


@pytest.mark.parametrize(
    ("contact", "phone"), [("", ""), ("", "123456"), ("组织科", ""), ("组织科", "123456")]
)
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_our_own_template_says_what_we_say_without_one(
    tmp_path: Path, contact: str, phone: str, lang: str
) -> None:
    letter = Letter(contact=contact, phone=phone, copies=("县委办公室",) if phone else ())
    listed = Attachment("名单", (Paragraph("（无）"),))
    attachments = (listed,) * (len(contact) - len(phone) // 3 if contact else 0)  # none, several, one
    document = OfficialDocument((Paragraph("正文。"),), letter, attachments, lang=lang)
    template = write_starting_template(tmp_path / "template.docx", lang)
    ours, filled = (
        [text.strip() for text in texts(write_official(document, tmp_path / name, using))]
        for name, using in (("ours.docx", None), ("filled.docx", template))
    )
    assert filled == ours


def test_a_sender_named_by_its_unit_is_left_open_if_it_could_be_one_of_several(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = desk.workspace.units()
    two = pd.concat([members, members.iloc[:1].assign(unit_code="990102", unit_name="虚构县")])
    monkeypatch.setattr(Desk, "units", property(lambda _: two))
    assert suggest_letter(desk).sender == ""
    assert suggest_letter(desk, "990102").sender == "中共虚构县委员会"
    with pytest.raises(UsageError, match="990101 演示县、990102 虚构县"):
        make(desk, "circular", Asked(), Path("circular.docx"))


def test_a_form_that_is_not_there_is_said_with_the_nearest(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="village_application"):
        make_application(desk, key_of("village_aplication", VILLAGE), tmp_path / "form.docx")


def test_an_empty_list_is_a_line_and_no_attachment() -> None:
    wide = {f"第{at}项评定内容的说明": pd.Series(dtype="string") for at in range(12)}
    contents = (Title("虚构报告", "circular"), Table.of("推荐情况", pd.DataFrame(wide)))
    cover = Cover("虚构报告", "", "", "zh_CN", About("", "", ""))
    document = compose_document(contents, cover)
    assert document.attachments == ()
    assert document.blocks[-1] == Paragraph("推荐情况（无）")


def test_a_notice_says_what_for_how_long_and_where_to_object(desk: Desk, tmp_path: Path) -> None:
    decide(desk)
    path = make_notice(desk, NOTICE, suggest_letter(desk), tmp_path / "notice.docx")
    said = texts(path)
    assert "关于拟命名2026年度“党建工作示范村”的公示" in said
    assert "公示时间：2026年12月21日至2026年12月27日，共7天。" in said
    assert any("县委组织部" in part for part in said)
    assert "各乡镇党委：" not in said
    assert "上坪村" in cells(path)
    assert "下坪村" not in cells(path)


def test_a_score_sheet_has_every_line_and_room_for_signatures(desk: Desk, tmp_path: Path) -> None:
    path = make_score_sheets(desk, "village", [VILLAGE], tmp_path / "scores.docx")
    (table,) = Document(str(path)).tables
    written = {cell.text.strip() for row in table.rows for cell in row.cells}
    names = {item.criterion.name.zh for item in desk.opened.campaign.track("village").numbered()}
    assert names <= written
    assert any("复核人" in part for part in texts(path))


def test_an_application_shows_answers_check_code_and_room_for_stamps(desk: Desk, tmp_path: Path) -> None:
    path = make_application(desk, key_of("village_application", VILLAGE), tmp_path / "form.docx")
    said = texts(path)
    assert "填报单位：上坪村（990101001001）" in said
    assert any("校验码" in part for part in said)
    assert any("盖章" in text for text in cells(path))
