"""Lists of blocks in report files: every mistake is found at once, with its line and the nearest name."""

from pathlib import Path

import pytest
from counties import ROOT

from pbwidgets.campaign import Campaign, read_campaign
from pbwidgets.campaign.definition import Text
from pbwidgets.errors import Problem, ProblemsError, UsageError
from pbwidgets.scoring import to_frame
from pbwidgets.scoring.frames import UNITS
from pbwidgets.workflows.reports.blocks.library import Library, our_names
from pbwidgets.workflows.reports.blocks.lists import open_blocks, read_blocks
from pbwidgets.workflows.reports.blocks.templates import PLACES, places_in
from pbwidgets.workflows.reports.definitions import Ground, check_reports, find_targets, load_reports

CONTEST = read_campaign(ROOT / "parameters" / "campaigns" / "sanji_lianzheng.yaml")
HEAD = """\
format: 1
id: mine
title: {zh: 简报, en: Briefing}
campaigns: [sanji_lianzheng]
for_each: root
blocks:
"""
LIST = """\
  - {block: text, text: {zh: "{units:village}个村", en: "{selected:village}"}}
  - tracks: below
    blocks:
      - {block: heading, text: {zh: "{track}", en: "{track}"}}
      - {block: ranking_bars}
  - {block: classes, empty: skip}
"""
FILES = "files: [report.html, slides.pptx]\n"


def check(folder: Path, text: str, *campaigns: Campaign) -> tuple[Problem, ...]:
    reports = folder / "reports"
    reports.mkdir(exist_ok=True)
    (reports / "mine.yaml").write_text(text, encoding="utf-8")
    return check_reports(reports, Ground(ROOT / "notebooks", campaigns or (CONTEST,), complete=True))


def found(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in problems]


SOUND = HEAD + LIST.replace("  - {block: classes, empty: skip}\n", "") + FILES


def test_a_sound_list_has_no_problem(tmp_path: Path) -> None:
    assert check(tmp_path, SOUND) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "named"),
    [
        ("block: ranking_bars", "block: ranking_bar", "blocks.unknown_block", "11", "ranking_bars"),
        ("block: ranking_bars", "block: units_of_track, row: 3", "campaign.unknown_key", "11", "rows"),
        ("block: ranking_bars", "block: units_of_track, rows: few", "campaign.want_whole_number", "11", "few"),
        ("block: ranking_bars", "block: ranking_bars, track: vilage", "blocks.unknown_track", "11", "village"),
        ("block: ranking_bars", "block: classes", "blocks.lacks", "11", "classes"),
        ("block: ranking_bars", "block: team_results", "blocks.of_no_track", "11", "team_results"),
        ("block: ranking_bars", "block: score_sheet", "blocks.of_other_side", "11", "own"),
        ("{block: ranking_bars}", "ranking_bars", "campaign.want_mapping", "11", "ranking_bars"),
        ("block: ranking_bars", "blok: ranking_bars", "campaign.missing_key", "11", "block"),
        ("tracks: below", "tracks: under", "campaign.value_not_allowed", "8", "below"),
        ("tracks: below", "track: below", "campaign.missing_key", "8", "tracks"),
        ("{units:village}", "{units:vilage}", "blocks.unknown_unit_kind", "7", "village"),
        ("{units:village}", "{unit_count}", "blocks.unknown_place", "7", "units"),
        ("{units:village}", "{measure:good_deed}", "blocks.unknown_measure", "7", "good_deeds"),
        ("{units:village}", "{measure}", "blocks.place_needs", "7", "measure"),
        ("{selected:village}", "{names}", "blocks.place_needs", "7", "names"),
        ("{selected:village}", "{day:village}", "blocks.place_takes_nothing", "7", "day"),
        ("[sanji_lianzheng]", "[sanji_lianzhen]", "blocks.unknown_campaign", "4", "sanji_lianzheng"),
        ("for_each: root", "for_each: {kind: vilage}", "blocks.unknown_unit_kind", "5", "village"),
        ("for_each: root", "when: {phase: cretae}\nfor_each: root", "blocks.unknown_phase", "5", "create"),
        ("slides.pptx", "slides.ppt", "blocks.unknown_file", "12", "slides.pptx"),
        ("block: ranking_bars", "block: notice", "blocks.file_not_given", "12", "slides.pptx"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_with_its_line_and_the_right_name(
    tmp_path: Path, old: str, new: str, code: str, line: str, named: str
) -> None:
    assert old in SOUND
    problems = check(tmp_path, SOUND.replace(old, new))
    assert (code, line) in found(problems)
    for lang in ("zh_CN", "en"):
        said = next(problem for problem in problems if problem.code == code).line(lang)
        assert named in said
        assert "{value}" not in said


def test_there_is_no_report_for_partners(tmp_path: Path) -> None:
    campaign = read_campaign(ROOT / "parameters" / "campaigns" / "sanlian_sancu.yaml")
    text = SOUND.replace("for_each: root", "for_each: {kind: village}").replace(CONTEST.id, campaign.id)
    problems = [one for one in check(tmp_path, text, campaign) if one.place == "5"]
    assert [problem.code for problem in problems] == ["blocks.report_of_partners"]
    assert "branch" in problems[0].line("en")
    report = load_reports(tmp_path / "reports", Ground(ROOT / "notebooks"))["mine"]
    units = to_frame([{"unit_code": "99", "kind": "village"}], UNITS)
    assert find_targets(report, campaign, units) == []


def test_all_mistakes_are_found_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("ranking_bars", "ranking_bar").replace("units:village", "units:vilage")
    assert {code for code, _ in found(check(tmp_path, text))} == {
        "blocks.unknown_block", "blocks.unknown_unit_kind",
    }  # fmt: skip


def test_a_list_for_every_campaign_may_have_blocks_that_one_lacks(tmp_path: Path) -> None:
    text = (HEAD + LIST + FILES).replace("campaigns: [sanji_lianzheng]\n", "")
    assert check(tmp_path, text) == ()
    assert found(check(tmp_path, HEAD + LIST + FILES)) == [("blocks.lacks", "12")]


def test_a_list_without_blocks_is_a_mistake_and_a_notebook_of_ones_own_needs_none(tmp_path: Path) -> None:
    text = HEAD.replace("blocks:\n", "")
    assert ("campaign.missing_key", "1") in found(check(tmp_path, text))
    assert check(tmp_path, text + "notebook: reports/index.ipynb\nfiles: [any.csv]\n") == ()


def test_a_report_is_offered_for_its_campaigns_from_its_phase_on(tmp_path: Path) -> None:
    check(tmp_path, SOUND + "when: {phase: create}\n")
    report = load_reports(tmp_path / "reports", Ground(ROOT / "notebooks"))["mine"]
    period = CONTEST.periods[0]
    begins = next(phase.begins for phase in period.phases if phase.id == "create")
    assert report.is_for(CONTEST)
    assert not report.is_for(CONTEST.model_copy(update={"id": "other"}))
    assert report.is_due(period, begins)
    assert not report.is_due(period, period.begins)


def test_every_block_of_ours_has_words_and_reads_frames_that_there_are() -> None:
    library = Library(Path("nowhere"))
    for name in our_names():
        block = library.find(name)
        assert block.name == name
        assert block.label("zh_CN") != block.label("en")
        assert "units" in block.reads


def test_a_list_of_plain_values_is_opened_and_a_wrong_one_refused(tmp_path: Path) -> None:
    (group,) = open_blocks([{"tracks": "own", "blocks": [{"block": "score_sheet"}]}])
    assert [item.block.name for item in group.items] == ["score_sheet"]  # type: ignore[union-attr]  # a group
    with pytest.raises(ProblemsError, match="score_sheet"):
        open_blocks([{"block": "score_sheets"}])
    with pytest.raises(UsageError, match="overview"):
        open_blocks("overviw")


def test_defaults_reach_the_blocks_that_have_the_argument() -> None:
    reading = read_blocks(
        [{"block": "rank_strip"}, {"block": "unit_gaps", "most": 3}], Library(Path("no")), {"most": 5}
    )
    assert [placed.item.args.most for placed in reading.placed] == [5, 3]  # type: ignore[attr-defined]


def test_a_text_about_one_track_reads_the_tracks_that_its_places_name_too() -> None:
    text = {"zh": "{selected:village}", "en": "{selected:village}"}
    (item,) = read_blocks([{"block": "text", "track": "township", "text": text}], Library(Path("no"))).blocks
    tracks = {part.partition(":")[2] for part in item.parts_read(CONTEST, "county")} - {""}
    assert {"village", "township"} <= tracks


def test_the_example_of_the_guide_names_every_place() -> None:
    guide = (ROOT / "notebooks" / "guides" / "06_reports.md").read_text(encoding="utf-8")
    named = {name for _, name, _ in places_in(Text(zh=guide, en="x"))}
    assert set(PLACES) <= named


def test_every_block_stands_in_the_guide() -> None:
    guide = (ROOT / "notebooks" / "guides" / "06_reports.md").read_text(encoding="utf-8")
    assert [name for name in our_names() if f"`{name}`" not in guide] == []
