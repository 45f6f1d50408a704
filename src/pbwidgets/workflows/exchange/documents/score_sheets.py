"""Score sheets to be signed: every line with its maximum, the points of each layer and the reason."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pbwidgets.campaign import Track
from pbwidgets.errors import UsageError
from pbwidgets.exports.docx import Block, Heading, OfficialDocument, Paragraph, Table
from pbwidgets.wording import say
from pbwidgets.workflows.exchange.documents.letters import save_document
from pbwidgets.workflows.ground.desk import Desk, find_in_scope, find_tops, reading_action
from pbwidgets.workflows.ground.lookup import check_track, check_unit
from pbwidgets.workflows.ground.snapshots import take_snapshot
from pbwidgets.workflows.reports.files.document import properties_of
from pbwidgets.workflows.reports.report import Report, open_report
from pbwidgets.workflows.reports.results import authorise_results


def make_score_sheets(desk: Desk, track_id: str, unit_codes: Sequence[str], path: Path) -> Path:
    """Path of a document with the score sheet of each unit in a track, each on a page of its own, to be signed.

    Parameters
    ----------
    path
        The ``.docx`` to write.

    Raises
    ------
    RightsError
        If the actor may not read the results of one of the units.
    UsageError
        ``workflows.unknown_track``, ``workflows.unknown_unit``, ``scoring.unit_without_track``,
        ``documents.no_sheets`` if no unit is named.
    DataError
        ``exports.identifying_found``, ``template.*``.
    """
    check_track(desk.opened.campaign, track_id)
    if not unit_codes:
        raise UsageError("documents.no_sheets")
    for code in unit_codes:
        check_unit(desk.units, code)
        authorise_results(desk, code)
    snapshot = take_snapshot(desk.workspace, desk.opened)
    reports = {top: open_report(snapshot.folder, top, desk.lang) for top in find_tops(desk)}
    blocks: list[Block] = []
    for code in unit_codes:
        report = next(one for one in reports.values() if code in one.names)
        blocks += _sheet(desk, report, report.campaign.track(track_id), code)
    report = next(iter(reports.values()))
    title = say("documents.scores_name", desk.lang)
    document = OfficialDocument(tuple(blocks), properties=properties_of(report.cover, title), lang=desk.lang)
    return save_document(desk, "scores", document, path)


def units_with_sheets(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Codes of the units whose score sheets the actor may read, by track; tracks without any are left out.

    Raises
    ------
    RightsError
        If the actor's role reads no results.
    """
    units = find_in_scope(desk, reading_action(desk))
    found = {
        track.id: tuple(map(str, units.loc[units["kind"].isin(track.unit_kind), "unit_code"]))
        for track in desk.opened.campaign.tracks
        if track.kind == "score"
    }
    return {track_id: codes for track_id, codes in found.items() if codes}


def _sheet(desk: Desk, report: Report, track: Track, code: str) -> Iterator[Block]:
    lang = desk.lang
    own = report.units[report.units["unit_code"] == code].iloc[0]
    if own["kind"] not in track.unit_kind:
        raise UsageError("scoring.unit_without_track", unit=code)
    sheet = report.score_sheet(track, code)
    about = {
        "unit": report.names[code],
        "track": track.name.words(lang),
        "period": desk.opened.period.words(lang),
    }
    yield Heading(0, say("documents.scores_title", lang, campaign=report.campaign.name.words(lang)))
    if report.synthetic:
        yield Paragraph(report.cover.mark, "middle")
    yield Paragraph(say("documents.scores_about", lang, **about), "left", keep=True)
    yield Table(sheet.frame, columns=sheet.columns)
    result = report.scores.selection
    result = result[(result["unit_code"] == code) & (result["track_id"] == track.id)]
    if len(result):
        reason = result["reason_en" if lang == "en" else "reason_zh"].iloc[0]
        yield Paragraph(str(reason), "left", keep=True)
    yield Paragraph(say("documents.scores_signatures", lang), "left")
