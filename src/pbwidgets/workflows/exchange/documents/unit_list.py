"""The circular of a list on which a meeting decides: to commend, to hold to account, or what else the list is for."""

from pathlib import Path

from pbwidgets.errors import DataError, UsageError
from pbwidgets.exports.columns import Column
from pbwidgets.exports.docx import Letter
from pbwidgets.exports.tables import LabelledTable
from pbwidgets.scoring.frames import SELECTED
from pbwidgets.wording import say
from pbwidgets.workflows.exchange.documents.letters import complete_letter, save_document, top_of
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import find_list
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.meeting.lists import ListView, read_list
from pbwidgets.workflows.reports.blocks.pieces import Sentence, Table, Title
from pbwidgets.workflows.reports.files.content import Content
from pbwidgets.workflows.reports.files.document import compose_document
from pbwidgets.workflows.reports.report import open_report


def make_list_circular(desk: Desk, list_id: str, letter: Letter, path: Path) -> Path:
    """Path of the circular of a list: the units that a meeting put on it, with their reasons.

    A list for the top has one, too, for those who may decide on it, on the page; not by command.

    Parameters
    ----------
    letter
        Sender, recipients, number and date.
    path
        The ``.docx`` to write.

    Raises
    ------
    UsageError
        ``workflows.unknown_list``; ``workflows.list_for_top`` at the server itself.
    RightsError
        If the actor may not decide on the list.
    DataError
        ``documents.list_not_decided``, ``documents.sender_needed``, ``documents.placeholder``, ``template.*``,
        ``exports.identifying_found``.
    """
    item = find_list(desk.opened.campaign, list_id)
    if item.audience == "top" and desk.actor.role == "operator":
        raise UsageError("workflows.list_for_top", list=item.name.words(desk.lang))
    view = read_list(desk, list_id)
    rows = view.rows
    if (
        not view.unit_list.decided
        or rows["decided"].isna().all()
        or (rows["proposed"] & rows["decided"].isna()).any()
    ):
        raise DataError("documents.list_not_decided", list=view.unit_list.name.words(desk.lang))
    snapshot = take_snapshot(desk.workspace, desk.opened)
    cover = open_report(snapshot.folder, top_of(desk), desk.lang).cover
    complete = complete_letter(desk, letter)
    return save_document(desk, "circular", compose_document(_contents(desk, view), cover, complete), path)


def _contents(desk: Desk, view: ListView) -> tuple[Content, ...]:
    lang, name = desk.lang, view.unit_list.name.words(desk.lang)
    on = view.rows[view.rows["decided"] == SELECTED].reset_index(drop=True)
    columns = {
        "unit_name": Column(say("tables.unit", lang), 18),
        "reason": Column(say("tables.reason", lang), 40),
    }
    title = Title(say("documents.list_title", lang, list=name), "circular")
    about = {
        "campaign": desk.opened.campaign.name.words(lang),
        "list": name,
        "period": desk.opened.period.words(lang),
    }
    if on.empty:
        return (title, Sentence(say("documents.list_nobody", lang, **about)))
    by = (
        "、".join(dict.fromkeys(on["decided_by"]))
        if lang != "en"
        else ", ".join(dict.fromkeys(on["decided_by"]))
    )
    return (
        title,
        Sentence(say("documents.list_text", lang, by=by, count=len(on), **about)),
        Table(LabelledTable(name, on[list(columns)], columns)),
    )
