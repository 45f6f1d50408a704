"""The circular at the end of a campaign, to be sent: the list of blocks that is a circular, with sender and number."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pbwidgets.errors import DataError
from pbwidgets.exports.docx import Letter
from pbwidgets.wording import say
from pbwidgets.workflows.exchange.documents.letters import complete_letter, save_document
from pbwidgets.workflows.ground.desk import Desk, find_tops, may_do, reading_action
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.reports.blocks.lists import open_blocks
from pbwidgets.workflows.reports.blocks.pieces import Figure
from pbwidgets.workflows.reports.definitions import ReportDefinition, find_reports
from pbwidgets.workflows.reports.files.content import title_in
from pbwidgets.workflows.reports.files.document import compose_document
from pbwidgets.workflows.reports.report import open_report
from pbwidgets.workflows.reports.results import authorise_results


def make_circular(
    desk: Desk, unit_code: str, letter: Letter, path: Path, told: Callable[[str], None] | None = None
) -> Path:
    """Path of the circular of a unit at the top, on the newest data; a draft until its lists are decided on.

    What its title calls a draft bears no number and no red head.

    Parameters
    ----------
    letter
        Sender, recipients, number and date: those that ``suggest_letter`` gives, completed by somebody.
    path
        The ``.docx`` to write.
    told
        Is told in words what a draft does not bear.

    Raises
    ------
    RightsError
        If the actor may not read the unit's reports.
    DataError
        ``documents.no_circular`` if no report of the campaign is one; ``documents.sender_needed``,
        ``documents.placeholder``, ``template.*``, ``exports.identifying_found``.
    """
    authorise_results(desk, unit_code)
    definition = find_circular(desk)
    if definition is None:
        raise DataError("documents.no_circular")
    complete = complete_letter(desk, letter)
    report = open_report(take_snapshot(desk.workspace, desk.opened).folder, unit_code, desk.lang)
    drawn = (
        piece for block in open_blocks(definition.id, desk.workspace.settings) for piece in block.draw(report)
    )
    contents = tuple(piece for piece in drawn if not isinstance(piece, Figure))
    if say("documents.draft_mark", desk.lang) in title_in(contents, report.cover):
        if told and (complete.number or complete.red_head):
            told(say("documents.draft_bare", desk.lang))
        complete = replace(complete, number="", red_head=False)
    document = compose_document(contents, report.cover, complete)
    return save_document(desk, "circular", document, path)


def circular_units(desk: Desk) -> tuple[str, ...]:
    """Codes of the units at the top whose circular the actor may make; empty if no report of the campaign is one."""
    if find_circular(desk) is None:
        return ()
    return tuple(code for code in find_tops(desk) if may_do(desk, reading_action(desk), code))


def find_circular(desk: Desk) -> ReportDefinition | None:
    """The first report of the campaign that is a circular; None without one."""
    reports = find_reports(desk.workspace.settings.parameters / "reports").values()
    return next((one for one in reports if one.is_for(desk.opened.campaign) and _is_circular(one)), None)


def _is_circular(definition: ReportDefinition) -> bool:
    return any(
        block.get("block") == "title" and block.get("kind") == "circular" for block in definition.blocks
    )
