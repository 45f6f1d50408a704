"""The public notice of a result, to be put up: what is to be named, for how long it can be objected to, and where."""

from dataclasses import replace
from pathlib import Path

from pbwidgets.exports import tables
from pbwidgets.exports.docx import Letter, word_day
from pbwidgets.scoring.selection import show_holding
from pbwidgets.store import PublicNotice
from pbwidgets.wording import say
from pbwidgets.workflows.exchange.documents.letters import complete_letter, save_document, top_of
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.snapshots import Snapshot, take_snapshot
from pbwidgets.workflows.meeting.what_if import authorise_meeting
from pbwidgets.workflows.reports.blocks.pieces import Sentence, Table, Title
from pbwidgets.workflows.reports.files.content import Content
from pbwidgets.workflows.reports.files.document import compose_document
from pbwidgets.workflows.reports.report import open_report


def make_notice(desk: Desk, notice: PublicNotice, letter: Letter, path: Path) -> Path:
    """Path of the document of a notice, one that runs or is planned; a long list is attached.

    Parameters
    ----------
    notice
        Track, days and where to object.
    letter
        Sender and date; a notice is for everybody and has no recipients.
    path
        The ``.docx`` to write.

    Raises
    ------
    RightsError
        If the actor may not see the meeting.
    DataError
        ``documents.sender_needed``, ``documents.placeholder``, ``template.*``, ``exports.identifying_found``.
    """
    authorise_meeting(desk, notice.track_id)
    complete = replace(complete_letter(desk, letter), recipients=())
    snapshot = take_snapshot(desk.workspace, desk.opened)
    cover = open_report(snapshot.folder, top_of(desk), desk.lang).cover
    document = compose_document(_contents(desk, snapshot, notice), cover, complete)
    return save_document(desk, "notice", document, path)


def _contents(desk: Desk, snapshot: Snapshot, notice: PublicNotice) -> tuple[Content, ...]:
    lang, campaign = desk.lang, desk.opened.campaign
    track = campaign.track(notice.track_id)
    title = (track.award.title if track.award else track.name).words(lang)
    frames = snapshot.frames(["selection", "units"])
    listed = tables.named_units(
        campaign, track, show_holding(frames["selection"]), frames["units"], title, lang
    )
    if notice.unit_code is not None:
        listed = replace(listed, frame=listed.frame[listed.frame["unit_code"] == notice.unit_code])
    period = desk.opened.period.words(lang)
    by = track.decided_by.words(lang) if track.decided_by else say("reports.notice_organiser", lang)
    about = {
        "campaign": campaign.name.words(lang),
        "decided_by": by,
        "count": len(listed.frame),
        "title": title,
    }
    days = {
        "begins": word_day(notice.begins, lang),
        "ends": word_day(notice.ends, lang),
        "days": (notice.ends - notice.begins).days + 1,
    }
    return (
        Title(say("documents.notice_title", lang, period=period, title=title), "circular"),
        Sentence(
            say("documents.notice_text", lang, kind=campaign.kind_names(track.unit_kind, lang), **about)
        ),
        Table(listed, attachment=say("reports.named_list", lang, title=title)),
        Sentence(say("documents.notice_days", lang, **days)),
        Sentence(
            say(
                "documents.notice_objections",
                lang,
                contact=notice.contact or say("reports.notice_organiser", lang),
            )
        ),
    )
