"""A campaign file is read whole, or every problem is named with its line."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.campaign.model import PublicNotice
from pbwidgets.campaign.reader import check_campaign, examine_campaign, read_campaign
from pbwidgets.campaign.source import clean_of
from pbwidgets.errors import Problem, ProblemsError

Write = Callable[..., Path]
REPO = Path(__file__).parents[2]


def line_of(path: Path, text: str) -> str:
    return str(1 + path.read_text(encoding="utf-8").split(text)[0].count("\n"))


def said(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.place


def test_a_right_file_gives_a_campaign_and_no_problems(write: Write) -> None:
    path = write()
    assert check_campaign(path) == ()
    assert read_campaign(path).track("branches").places == 3


@pytest.mark.parametrize(
    "path", sorted((REPO / "parameters" / "campaigns").glob("*.yaml")), ids=lambda path: path.stem
)
def test_the_campaign_files_of_the_project_are_right(path: Path) -> None:
    assert [problem.line("en") for problem in check_campaign(path)] == []


def test_six_different_mistakes_give_six_problems_with_their_lines(write: Write) -> None:
    path = write(
        ("partition_by: bureau", "partition_by: buraeu"),
        ("ends: 2026-11-30, forms: [record]", "ends: 2026-01-30, forms: [record]"),
        ("    places: 3", "    place: 3"),
        (
            "name: per_missing_item, measure: meetings, required: 4",
            "name: per_mising_item, measure: meetings, required: 4",
        ),
        ('calculation: "sum(${meetings/present})"', 'calculation: "sum(${meetings/presence})"'),
        ("        minimum: 0\n", "        minimum: none\n"),
    )
    problems = check_campaign(path)
    assert [said(problem) for problem in problems] == [
        ("campaign.unknown_unit_kind", line_of(path, "partition_by")),
        ("campaign.ends_before_begin", line_of(path, "- {id: fill")),
        ("campaign.want_number", line_of(path, "        minimum: none")),
        ("campaign.unknown_name", line_of(path, "- {id: attendance")),
        ("campaign.unknown_key", line_of(path, "    place: 3")),
        ("campaign.unknown_rule", line_of(path, "rule: {name: per_mising_item")),
    ]
    nearest = {problem.code: problem.args.get("nearest") for problem in problems}
    assert nearest["campaign.unknown_unit_kind"] == "bureau"
    assert nearest["campaign.unknown_key"] == "places"
    assert nearest["campaign.unknown_rule"] == "per_missing_item"
    assert nearest["campaign.unknown_name"] == "meetings/present"
    for problem in problems:
        assert problem.file == str(path)
        assert problem.message("zh_CN")
        assert problem.remedy("zh_CN")
        assert problem.remedy("en")


def test_an_unknown_rule_is_said_cleanly_in_chinese(write: Write) -> None:
    (problem,) = check_campaign(write(("rule: {name: rated}", "rule: {name: ratd}")))
    assert "未知的规则“ratd”" in problem.message("zh_CN")
    assert "是否想写“rated”？" in problem.remedy("zh_CN")
    assert "per_missing_item" in problem.remedy("zh_CN")


def test_reading_a_wrong_file_raises_all_its_problems(write: Write) -> None:
    path = write(("partition_by: bureau", "partition_by: x"), ("    places: 3", "    places: 0"))
    with pytest.raises(ProblemsError, match=r"2") as caught:
        read_campaign(path)
    assert [problem.code for problem in caught.value.problems] == [
        "campaign.unknown_unit_kind",
        "campaign.out_of_range",
    ]
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("format: 1\n", "format: 2\n", "campaign.value_not_allowed"),
        ("format: 1\n", "", "campaign.missing_key"),
        ("id: small\n", "id: Small\n", "campaign.bad_id"),
        ('  - id: "2026"', "  - id: 2026", "campaign.want_text"),
        ("name: {zh: 小活动, en: Small}", "name: 小活动", "campaign.want_mapping"),
        ("name: {zh: 小活动, en: Small}", "name: {zh: 小活动}", "campaign.missing_key"),
        ("name: {zh: 小活动, en: Small}", 'name: {zh: "", en: Small}', "campaign.must_not_be_empty"),
        ("    begins: 2026-01-01", "    begins: 2026-13-01", "campaign.want_date"),
        ("    forms: [record]", "    forms: record", "campaign.want_list"),
        ("    places: 3", "    places: many", "campaign.want_whole_number"),
        ("    places: 3", "    places: 2.5", "campaign.want_whole_number"),
        ("effect: disqualify", "effect: disqualifies", "campaign.value_not_allowed"),
        ("rule: {name: rated}", "rule: {measure: meetings}", "campaign.rule_without_name"),
        ("rule: {name: rated}", "rule: rated", "campaign.want_mapping"),
        ("required: 4, points_each", "requires: 4, points_each", "campaign.unknown_key"),
        ("required: 4, points_each", "points_each", "campaign.missing_key"),
        (
            "required: true, label: {zh: 有无计划",
            "required: sure, label: {zh: 有无计划",
            "campaign.want_flag",
        ),
        ("  yes_no:\n", "  Yes-No:\n", "campaign.bad_id"),
    ],
)
def test_one_wrong_value_gives_one_problem_on_its_line(write: Write, old: str, new: str, code: str) -> None:
    path = write((old, new))
    problems = check_campaign(path)
    if new == "  Yes-No:\n":  # the field that uses the list is named, too
        problems = problems[:1]
    assert [problem.code for problem in problems] == [code]
    if new and code != "campaign.missing_key":
        assert problems[0].place == line_of(path, new.strip())
    assert problems[0].line("zh_CN")
    assert problems[0].line("en")


def test_a_misspelt_required_key_is_one_problem(write: Write) -> None:
    path = write(("id: effect\n", "ids: effect\n"))
    (problem,) = check_campaign(path)
    assert said(problem) == ("campaign.unknown_key", line_of(path, "ids: effect"))
    assert problem.args["nearest"] == "id"


def test_what_hangs_on_an_unreadable_part_is_not_reported_again(write: Write) -> None:
    # without readable points the sheet does not add up, but that is no second mistake
    (problem,) = check_campaign(write(("            points: 40\n", "            points: forty\n")))
    assert problem.code == "campaign.want_number"


def test_a_repeated_key_is_named_with_the_line_of_the_first(write: Write) -> None:
    path = write(("    places: 3", "    places: 3\n    places: 4"))
    (problem,) = check_campaign(path)
    assert said(problem) == ("campaign.repeated_key", line_of(path, "    places: 4"))
    assert problem.args["first"] == int(problem.place) - 1


BAD_FILES = {
    "empty": (b"", "campaign.file_empty", ""),
    "only_comments": (b"# nothing\n", "campaign.file_empty", ""),
    "a_list": (b"- 1\n- 2\n", "campaign.file_not_mapping", "1"),
    "a_word": (b"hello", "campaign.file_not_mapping", "1"),
    "binary": (b"PK\x03\x04\xff\xfe\x80\x81", "campaign.file_not_text", "1"),
    "gb18030": ("id: a\nname: 三级".encode("gb18030"), "campaign.file_not_text", "2"),
    "open_bracket": (b"id: [a\nname: b\n", "campaign.bad_yaml", "2"),
    "tab": (b"id: a\nname:\n\tzh: b\n", "campaign.bad_yaml", "3"),
    "two_documents": (b"id: a\n---\nid: b\n", "campaign.bad_yaml", "2"),
    "unknown_tag": (b"id: !python/object a\n", "campaign.bad_yaml", "1"),
    "endless_alias": (b"id: &x [*x]\n", "campaign.file_too_big", "1"),
    "huge_alias": (
        b"a: &a [1,1,1,1,1,1,1,1,1]\n"
        + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 106)),
        "campaign.file_too_big",
        "1",
    ),
    "a_million_signs": (b"id: a\nsummary: " + "茶".encode() * 1_000_000, "campaign.file_too_long", "1"),
    "21_megabytes": (b"key: value\n" * 2_000_000, "campaign.file_too_long", "1"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_campaign_is_one_clear_problem(tmp_path: Path, name: str) -> None:
    content, code, place = BAD_FILES[name]
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    (problem,) = check_campaign(path)
    assert said(problem) == (code, place)
    assert problem.line("zh_CN")
    assert problem.line("en")


def test_a_missing_file_and_a_folder_are_problems(tmp_path: Path) -> None:
    assert [said(problem) for problem in check_campaign(tmp_path / "no.yaml")] == [
        ("campaign.file_missing", "")
    ]
    assert [said(problem) for problem in check_campaign(tmp_path)] == [("campaign.file_is_folder", "")]


def test_an_unfolded_alias_and_a_byte_order_mark_are_fine(write: Write) -> None:
    path = write(
        ("name: {zh: 小活动, en: Small}", "name: &words {zh: 小活动, en: Small}"),
        ("summary: {zh: 试验, en: A trial}", "summary: *words"),
    )
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_campaign(path).summary.zh == "小活动"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_line_lost_or_broken_gives_problems_and_never_a_crash(write: Write, data: st.DataObject) -> None:
    path = write()
    lines = path.read_text(encoding="utf-8").splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    broken = data.draw(st.sampled_from(["", "x", "- 3", "id: 7", "    rule: 5", "[", "fields: {a: 1}"]))
    path.write_text("\n".join([*lines[:at], broken, *lines[at + 1 :]]), encoding="utf-8")
    for problem in check_campaign(path):
        assert problem.line("zh_CN")
        assert 0 <= int(problem.place or 0) <= len(lines) + 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("            points: 40\n", "            points: .inf\n", "campaign.want_number"),
        ("            points: 40\n", "            points: 1e400\n", "campaign.want_number"),
        ("            points: 40\n", "            points: .nan\n", "campaign.want_number"),
        ("            points: 40\n", "            points: true\n", "campaign.want_number"),
        ("            points: 40\n", "            points: 1e20\n", "campaign.out_of_range"),
        ("            points: 40\n", '            points: "1e20"\n', "campaign.out_of_range"),
        ("    places: 3", "    places: 100000000000000000000", "campaign.out_of_range"),
        ("    places: 3", f"    places: 1{'0' * 400}", "campaign.out_of_range"),
        ("    places: 3", "    places: true", "campaign.want_whole_number"),
        ("        minimum: 0\n", "        minimum: -.inf\n", "campaign.want_number"),
        ("        minimum: 0\n", "        minimum: no\n", "campaign.want_number"),
        ("measure: meetings, required: 4", "measure: meetings, required: true", "campaign.want_number"),
        ("measure: meetings, required: 4", "measure: meetings, required: .inf", "campaign.want_number"),
        ("ends: 2026-11-30", "ends: 86400", "campaign.want_date"),
        ("ends: 2026-11-30", "ends: 9999-12-31", "campaign.out_of_range"),
    ],
)
def test_a_number_that_nobody_counts_with_is_a_problem_on_its_line(
    write: Write, old: str, new: str, code: str
) -> None:
    path = write((old, new))
    (problem,) = check_campaign(path)
    assert said(problem) == (code, line_of(path, new.strip("\n")))
    with pytest.raises(ProblemsError, match="1"):
        read_campaign(path)


def test_signs_that_cannot_be_kept_are_removed_from_texts_and_noted_with_their_lines(write: Write) -> None:
    path = write(
        ("summary: {zh: 试验", "summary: {zh: 试\x0b验\ufffe"),
        ("{zh: 支部, en: Branches}", '{zh: 支部, en: "Bran\\nches\\u202E"}'),
    )
    examined = examine_campaign(path)
    assert examined.content == ()
    assert [(said(note), note.args["signs"]) for note in examined.notes] == [
        (("campaign.signs_removed", "4"), "⟨U+000B⟩⟨U+FFFE⟩"),
        (("campaign.signs_removed", line_of(path, 'en: "Bran')), "⟨U+000A⟩⟨U+202E⟩"),
    ]
    campaign = read_campaign(path)
    assert (campaign.summary.zh, campaign.tracks[0].name.en) == ("试 验", "Bran ches")


def test_a_public_notice_lasts_a_year_at_most() -> None:
    assert PublicNotice(days=366).days == 366
    for days in (0, 367, 99999999999):
        with pytest.raises(ValueError, match="days"):
            PublicNotice(days=days)


def test_labels_of_fields_and_options_are_names_in_one_line() -> None:
    for key in ("label", "name"):
        assert clean_of(("forms", 0, "fields", 1, key, "zh"), "标题\n二\u202e") == "标题二"
        assert clean_of(("choices", "plan", 0, key), "标题\n二\u202e") == "标题二"
