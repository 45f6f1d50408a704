"""Records about units: vetoes, notes, shortcomings, exceptions, allotments, nominations, photos."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from counties import (
    CAMPAIGN,
    COUNTY,
    OPERATOR,
    OTHER_TOWN,
    PERIOD,
    SISTER,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets import store
from pbwidgets.demo.evidence import make_document, make_photo
from pbwidgets.errors import DataError, RightsError, UsageError
from pbwidgets.exports.docx import write_starting_template
from pbwidgets.store import Actor, Mark, MarkKey
from pbwidgets.workflows.filling.amending import amend
from pbwidgets.workflows.filling.drafts import hand_in
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.workspace import Opened, Workspace
from pbwidgets.workflows.organise.allotments import set_allotments
from pbwidgets.workflows.organise.exceptions import grant_exception
from pbwidgets.workflows.review.case import open_review
from pbwidgets.workflows.review.nominations import find_balance, nominate_unit, withdraw_nomination
from pbwidgets.workflows.review.rating import give_marks, withdraw_mark
from pbwidgets.workflows.review.record import add_note
from pbwidgets.workflows.review.vetoes import appeal_veto, lift_veto, record_veto, uphold_veto
from pbwidgets.workflows.review.visits.on_site import add_on_site_photo, print_mark_sheets

TOWN_REVIEWER = Actor("li", "reviewer", TOWN)
COUNTY_REVIEWER = Actor("xu", "reviewer", COUNTY)
ORGANISER = Actor("sun", "organiser")
KEY = key_of("village_application", VILLAGE)
PUT_RIGHT = store.SubmissionKey(CAMPAIGN, store.ALWAYS, "rectifications", VILLAGE, 1)


# -- vetoes --------------------------------------------------------------------------------------------


def statuses(small: Workspace) -> list[tuple[str, str | None]]:
    with small.store.read() as reader:
        return [
            (item.status, item.veto.track_id) for item in store.load_veto_records(reader, CAMPAIGN, PERIOD)
        ]


def test_a_veto_is_recorded_appealed_upheld_and_lifted(small: Workspace, contest: Opened) -> None:
    number = record_veto(
        Desk(small, COUNTY_REVIEWER, contest), VILLAGE, "falsified_village", "台账造假", "云纪〔2026〕3号"
    )
    assert statuses(small) == [("in_force", "village")]
    appeal_veto(Desk(small, ORGANISER, contest), number, "村里提出异议")
    assert statuses(small) == [("appealed", "village")]
    uphold_veto(Desk(small, COUNTY_REVIEWER, contest), number, "复核属实")
    lift_veto(Desk(small, ORGANISER, contest), number, "查明有误")
    assert statuses(small) == [("lifted", "village")]


def test_a_veto_must_belong_to_one_of_the_units_tracks(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match="falsified_township"):
        record_veto(Desk(small, COUNTY_REVIEWER, contest), VILLAGE, "falsified_township", "台账造假")
    with pytest.raises(DataError, match=r"理由|原因|依据"):
        record_veto(Desk(small, COUNTY_REVIEWER, contest), VILLAGE, "falsified_village", " ")
    assert statuses(small) == []


def test_a_veto_that_nobody_recorded_cannot_be_lifted(small: Workspace, contest: Opened) -> None:
    with pytest.raises(DataError, match="99"):
        lift_veto(Desk(small, ORGANISER, contest), 99, "查明有误")
    with pytest.raises(RightsError, match="filler"):
        lift_veto(Desk(small, Actor("zhang", "filler", VILLAGE), contest), 99, "查明有误")


# -- notes and shortcomings ----------------------------------------------------------------------------


def test_a_note_must_be_dated_within_the_period_and_not_in_the_future(
    small: Workspace, contest: Opened
) -> None:
    add_note(Desk(small, TOWN_REVIEWER, contest), VILLAGE, date(2026, 3, 1), "主动清淤")
    for day in (date(2025, 12, 31), date(2099, 1, 1)):
        with pytest.raises(DataError, match="2026-01-01"):
            add_note(Desk(small, TOWN_REVIEWER, contest), VILLAGE, day, "主动清淤")
    with small.store.read() as reader:
        notes = store.load_notes(reader, CAMPAIGN, PERIOD, VILLAGE)
    assert [(note.noted_on, note.text) for note in notes] == [(date(2026, 3, 1), "主动清淤")]


def test_a_shortcoming_is_entered_put_right_and_closed_by_three_hands(
    small: Workspace, contest: Opened
) -> None:
    answers = {"shortcoming": "台账不全", "post": "村文书", "found_on": "2026-05-01", "due_on": "2026-06-01"}
    with small.store.write(COUNTY_REVIEWER) as writer:
        store.submit_many(writer, [(PUT_RIGHT, answers), (KEY, VILLAGE_ANSWERS)])
    unit, town, county = (
        Desk(small, actor, contest)
        for actor in (Actor("zhang", "filler", VILLAGE), TOWN_REVIEWER, COUNTY_REVIEWER)
    )
    (before,) = open_review(town, KEY).entries
    assert (before.title, before.life.words, before.life.due_on) == ("台账不全", "已发现", date(2026, 6, 1))
    answers |= {"fixed_on": "2026-05-20", "outcome": "已补齐"}
    with pytest.raises(DataError, match="销号日期"):
        amend(unit, PUT_RIGHT, {**answers, "closed_on": "2026-05-21"}, seen_version=1)
    amend(unit, PUT_RIGHT, answers, seen_version=1)
    assert [entry.life.words for entry in open_review(county, KEY).entries] == ["已整改"]
    with pytest.raises(RightsError):
        amend(town, PUT_RIGHT, {**answers, "closed_on": "2026-05-21"}, seen_version=2)
    amend(county, PUT_RIGHT, {**answers, "closed_on": "2026-05-21"}, seen_version=2)
    (after,) = open_review(town, KEY).entries
    assert (after.life.words, after.life.is_done) == ("已销号", True)


# -- exceptions ----------------------------------------------------------------------------------------


def test_an_exception_lets_a_unit_hand_in_after_the_deadline(small: Workspace, contest: Opened) -> None:
    late = datetime(2026, 12, 1, tzinfo=UTC)
    filler = Actor("zhang", "filler", VILLAGE)
    with pytest.raises(DataError, match="2026-11-20"):
        hand_in(Desk(small, filler, contest, now=late), KEY, VILLAGE_ANSWERS, 0)
    until = late + timedelta(days=2)
    grant_exception(Desk(small, ORGANISER, contest, now=late), KEY.form_id, VILLAGE, until, "水灾")
    assert hand_in(Desk(small, filler, contest, now=late), KEY, VILLAGE_ANSWERS, 0) == 1


def test_an_exception_needs_a_form_of_the_unit_and_a_future_time(small: Workspace, contest: Opened) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    with pytest.raises(DataError, match="township_application"):
        grant_exception(
            Desk(small, ORGANISER, contest, now=now), "township_application", VILLAGE, now, "水灾"
        )
    with pytest.raises(DataError, match="2026-12-01 08:00"):
        grant_exception(Desk(small, ORGANISER, contest, now=now), KEY.form_id, VILLAGE, now, "水灾")


# -- nominations ---------------------------------------------------------------------------------------


def test_allotments_keep_to_the_bounds_of_the_campaign(small: Workspace, contest: Opened) -> None:
    set_allotments(Desk(small, ORGANISER, contest), "village", {TOWN: 4, OTHER_TOWN: 6})
    assert find_balance(Desk(small, TOWN_REVIEWER, contest), "village", TOWN).allotted == 4
    for number in (3, 7):
        with pytest.raises(DataError, match="4 到 6"):
            set_allotments(Desk(small, ORGANISER, contest), "village", {OTHER_TOWN: 5, TOWN: number})
    assert find_balance(Desk(small, COUNTY_REVIEWER, contest), "village", OTHER_TOWN).allotted == 6
    with pytest.raises(DataError, match=VILLAGE):
        set_allotments(Desk(small, ORGANISER, contest), "village", {VILLAGE: 5})
    with pytest.raises(UsageError, match="villages"):
        set_allotments(Desk(small, ORGANISER, contest), "villages", {TOWN: 5})


def test_a_list_is_shortened(small: Workspace, contest: Opened) -> None:
    set_allotments(Desk(small, ORGANISER, contest), "village", {TOWN: 4})
    with small.store.write(OPERATOR) as writer:
        keys = [key_of("village_application", unit) for unit in (VILLAGE, SISTER)]
        store.submit_many(writer, [(key, VILLAGE_ANSWERS) for key in keys])
    for unit in (VILLAGE, SISTER):
        nominate_unit(Desk(small, TOWN_REVIEWER, contest), "village", TOWN, unit)
    balance = find_balance(Desk(small, TOWN_REVIEWER, contest), "village", TOWN)
    assert (balance.listed, balance.left) == ((VILLAGE, SISTER), 2)
    withdraw_nomination(Desk(small, TOWN_REVIEWER, contest), "village", TOWN, SISTER)
    assert find_balance(Desk(small, TOWN_REVIEWER, contest), "village", TOWN).listed == (VILLAGE,)


# -- on the spot ---------------------------------------------------------------------------------------


def on_the_spot(second: str | None) -> Mark:
    key = MarkKey(CAMPAIGN, PERIOD, VILLAGE, "v1_unity", "county", "on_site", "xu")
    return Mark(key, 6.0, "", second_inspector=second)


def test_naming_a_second_inspector_changes_the_mark(small: Workspace, contest: Opened) -> None:
    assert give_marks(Desk(small, COUNTY_REVIEWER, contest), [on_the_spot(None)]) == 1
    assert give_marks(Desk(small, COUNTY_REVIEWER, contest), [on_the_spot("组织科长")]) == 1
    assert give_marks(Desk(small, COUNTY_REVIEWER, contest), [on_the_spot("组织科长")]) == 0
    with small.store.read() as reader:
        kept = store.load_own_marks(reader, CAMPAIGN, PERIOD, VILLAGE, "xu")
    assert [mark.second_inspector for mark in kept] == ["组织科长"]


def test_a_mark_belongs_to_a_unit_of_its_track(small: Workspace, contest: Opened) -> None:
    key = MarkKey(CAMPAIGN, PERIOD, TOWN, "v1_unity", "county", "on_site", "xu")
    with pytest.raises(DataError, match=f"班子团结.*{TOWN}"):
        give_marks(Desk(small, COUNTY_REVIEWER, contest), [Mark(key, 6.0)])


def test_raters_can_withdraw_only_their_own_marks(small: Workspace, contest: Opened) -> None:
    give_marks(Desk(small, COUNTY_REVIEWER, contest), [on_the_spot(None)])
    with pytest.raises(RightsError, match="权限"):
        withdraw_mark(Desk(small, Actor("he", "reviewer", COUNTY), contest), on_the_spot(None).key)
    withdraw_mark(Desk(small, COUNTY_REVIEWER, contest), on_the_spot(None).key)
    with pytest.raises(DataError, match=r"上坪村.*班子团结"):
        withdraw_mark(Desk(small, COUNTY_REVIEWER, contest), on_the_spot(None).key)


def test_a_photo_is_stored_with_the_line_it_shows(small: Workspace, contest: Opened) -> None:
    with small.store.write(OPERATOR) as w:
        store.submit_many(w, [(KEY, VILLAGE_ANSWERS)])
    add_on_site_photo(Desk(small, COUNTY_REVIEWER, contest), KEY, "v3_quality", "现场.jpg", make_photo(1))
    with small.store.read() as reader:
        kept = store.load_evidence(reader, KEY)
    assert [(item.field_path, item.file.filename) for item in kept] == [
        ("on_site/county/v3_quality", "现场.jpg")
    ]
    with pytest.raises(DataError, match=r"现场\.pdf"):
        add_on_site_photo(
            Desk(small, COUNTY_REVIEWER, contest), KEY, "v3_quality", "现场.pdf", make_document(1)
        )
    with pytest.raises(RightsError, match=VILLAGE):  # a line of another track
        add_on_site_photo(Desk(small, COUNTY_REVIEWER, contest), KEY, "t1_fit", "现场.jpg", make_photo(1))


def test_the_paper_sheet_lists_the_lines_that_raters_mark(
    small: Workspace, contest: Opened, tmp_path: Path
) -> None:
    import docx

    path = print_mark_sheets(
        Desk(small, COUNTY_REVIEWER, contest), "village", [VILLAGE, SISTER], tmp_path / "s.docx"
    )
    document = docx.Document(str(path))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "上坪村" in text
    assert "下坪村" in text
    assert [len(table.rows) for table in document.tables] == [8, 8]  # a head and seven lines
    assert "共同考评人" in text
    template = small.settings.parameters / "templates" / "check_sheet.docx"
    write_starting_template(template)
    desk = Desk(small, COUNTY_REVIEWER, contest)
    made = docx.Document(str(print_mark_sheets(desk, "village", [VILLAGE], tmp_path / "t.docx")))
    assert made.paragraphs[0].text == "实地考评记录表"  # the template's own title
