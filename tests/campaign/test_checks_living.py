"""What does not fit together in lives, tables, checklists and lists is named on its line, with what to write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pbwidgets.campaign.reader import check_campaign
from tests.campaign.living import LIVING

Write = Callable[..., Path]

MISTAKES = [
    # names kept for rows, entries, hands and checks
    ("{id: words, type", "{id: row, type", "campaign.reserved_id"),
    ("{id: words, type", "{id: entry_state, type", "campaign.reserved_id"),
    ("- {id: town, name: {zh: 镇验收", "- {id: unit, name: {zh: 镇验收", "campaign.reserved_id"),
    ("- {id: days,", "- {id: check_overdue,", "campaign.reserved_id"),
    ("- {id: red_months,", "- {id: days,", "campaign.repeated_id"),
    # steps and states
    ("field: found_on, name", "field: fault, name", "campaign.life_needs_date"),
    ("field: fixed_on, name", "field: found_on, name", "campaign.repeated_id"),
    ("en: Found}}\n        - {f", "en: Found}, within_days: 3}\n        - {f", "campaign.first_step_within"),
    ("when: \"${fault} != ''\"", "when: \"${fualt} != ''\"", "campaign.unknown_name"),
    ("      due: due_on", "      due: fault", "campaign.life_needs_date"),
    ("      due: due_on", "      due: row/due", "campaign.life_needs_date"),
    ("      due: due_on", "      due: due_on\n      done: [reached]", "campaign.life_of_steps_only"),
    ("      due: due_on", "      due: due_on\n      state: fault", "campaign.life_by_one"),
    ("life: {state: state,", "life: {state: note,", "campaign.life_needs_choice"),
    ("done: [reached], due", "done: [reachd], due", "campaign.unknown_option"),
    ("begun: [under_way]", "begun: [reached]", "campaign.begun_and_done"),
    ("done: [reached], due", "due", "campaign.life_never_done"),
    ("due: row/due}", "due: row/due, skipped: refuse}", "campaign.life_without_steps"),
    ("due: row/due}", "due: row/heading}", "campaign.life_needs_date"),
    # hands
    ("later: {by: helper}", "later: {by: helpers}", "campaign.unknown_hand"),
    ("later: {by: town}", "later: {by: fault}", "campaign.unknown_hand"),
    ("- {id: helper, type: unit, kinds: [firm]", "- {id: town, type: unit, kinds: [firm]", "campaign.hand_of_two"),
    ("kinds: [firm]", "kinds: [frim]", "campaign.unknown_unit_kind"),
    ("required: true, label: {zh: 问题", "kinds: [firm], label: {zh: 问题", "campaign.setting_without_meaning"),
    # titles, keeps, prefilling
    ("title: fault", "title: falt", "campaign.unknown_field"),
    ("title: fault", "title: secret", "campaign.title_hidden"),
    ("id: fault, type: text", "id: fault, type: image", "campaign.title_unfit"),
    ("measure: lowest, message", "measure: reached, message", "campaign.keep_not_running"),
    ("measure: lowest, message", "measure: lowst, message", "campaign.unknown_measure"),
    ("    keeps: [{measure: lowest", "    keeps: [{measure: lowest, at_least: x", "campaign.want_number"),
    ("prefill: {form: setup}", "prefill: {form: setpu}", "campaign.unknown_form"),
    ("prefill: {form: setup}", "prefill: {form: funds}", "campaign.prefill_of_nothing"),
    ("    prefill: {form", "    lasts: campaign\n    prefill: {form", "campaign.prefill_of_nothing"),
    # fixed rows and tables
    ("rows: lines\n", "rows: line\n", "campaign.unknown_table"),
    ("rows: lines\n", "rows: lines\n        max_count: 3\n", "campaign.not_with_rows"),
    ("rows: lines\n", "rows: lines\n        may_be_none: true\n", "campaign.not_with_rows"),
    ("type: repeat, label: {zh: 其他", "type: repeat, when: '1 = 1', label: {zh: 其他", "campaign.needs_rows"),
    ("${row/domain} = ''", "${row/domian} = ''", "campaign.unknown_name"),
    ("when: \"${row/domain} = '' or ${row/domain} = ${unit_domain}\"", 'when: "1 = 1"', "campaign.rows_when_same"),
    ("relevant: \"${row} = 'team'", "relevant: \"${row} = 'taem'", "campaign.literal_not_option"),
    ("${row/points} > 1", "${row/pts} > 1", "campaign.unknown_name"),
    ("columns: {heading: aims", "columns: {heading: aim", "table.unknown_holding"),
    ("points: number}", "name: text}", "campaign.reserved_id"),
    ("- {id: room, name", "- {id: team, name", "campaign.repeated_id"),
    ("due: 2026-11-25}\nforms", "due: bald}\nforms", "table.no_date"),
    ("points: 2}", "points: zwei}", "table.no_number"),
    ("heading: service, domain", "heading: servce, domain", "table.not_option"),
    ("domain: 农村, due", "domian: 农村, due", "table.unknown_column"),
    # measures
    ("${entry_state} = 'reached'", "${entry_state} = 'reachd'", "campaign.literal_not_option"),
    ("'late:fixed_on'", "'late:found_on'", "campaign.literal_not_option"),
    ("${row/heading} = 'system'", "${row/heading} = 'sytem'", "campaign.literal_not_option"),
    ("form: faults, aggregate: days_to_close", "form: setup, aggregate: days_to_close", "campaign.closed_on_missing"),
    (", dated_by: booked_on", "", "campaign.running_undated"),
    ("sign_field: kind, signs", "signs", "campaign.running_without_signs"),
    ("{comes: 1, goes: -1}", "{comes: 1}", "campaign.running_lacks_sign"),
    ("{comes: 1, goes: -1}", "{comes: 1, gose: -1, goes: -1}", "campaign.unknown_option"),
    ("dated_by: booked_on", "dated_by: kind", "campaign.aggregate_unfit"),
    ("form: faults, aggregate: count", "form: faults, aggregate: count, at: lowest", "campaign.running_unused"),
    # checklists
    ("kind: checklist", "kind: register", "campaign.register_gone"),
    ("kind: checklist", "kind: score", "campaign.checklist_only"),
    ("    headings: aims", "    headings: aim", "campaign.unknown_choices"),
    ("    headings: aims", "    headings: aims\n    places: 3", "campaign.score_only"),
    ("rows: standards/lines", "rows: standards/line", "campaign.unknown_rows"),
    ("rows: standards/lines", "rows: standards/extra", "campaign.rows_lack"),
    ("heading: row/heading}", "heading: row/headng}", "campaign.unknown_column"),
    ("heading: row/heading}", "heading: row/domain, group: row/heading}", "campaign.unknown_heading"),
    ("{id: enough, measure", "{id: standards, measure", "campaign.repeated_id"),
    ("measure: reached, heading", "measure: reachd, heading", "campaign.unknown_measure"),
    ("heading: system, at_least", "heading: sytem, at_least", "campaign.unknown_heading"),
    ("at_least: setup/target", "at_least: setup/words", "campaign.target_no_number_field"),
    ("at_least: setup/target", "at_least: setpu/target", "campaign.unknown_form"),
    ("at_least: setup/target, ", "", "campaign.check_without_target"),
    ("at_least: 0, at", "at_least: -1, at", "campaign.target_below_zero"),
    ("at_least: 0, at", "at_least: \"'drei'\", at", "campaign.target_not_number"),
    ("at_least: 0, at", "at_least: 三次, at", "campaign.expression_syntax"),
    ("\"${reached} + 5\"", "\"${reachd} + 5\"", "campaign.unknown_name"),
    ("\"${reached} + 5\"", "-5", "campaign.target_below_zero"),
    ("due: fill}", "due: fil}", "campaign.unknown_phase"),
    ("due: fill}", "due: 2026-02-30}", "campaign.due_no_day"),
    ("at_least: setup/target, due: 2026-11-25", "at_least: setup/target, due: 2036-11-25", "campaign.due_far_off"),
    ('when: "${overdue} = 0"', 'when: "${check_overdue} = 0"', "campaign.unknown_name"),
    ('when: "${overdue} = 0"', 'when: "${overdue} < group_mean(${overdue})"', "campaign.expression_of_groups"),
    ("{id: quick, name", "{rows: standards/lines, id: quick, name", "campaign.check_by_one"),
    # lists
    ("{id: red, name", "{id: compliance, name", "campaign.repeated_id"),
    ("of: compliance, when: \"${check_o", "of: complianc, when: \"${check_o", "campaign.unknown_checklist"),
    ("of: compliance, when: \"${check_overdue}", "when: \"${check_overdue}", "campaign.checks_of_what"),
    ("${check_overdue} > 2", "${check_overdo} > 2", "campaign.unknown_name"),
    ("${red_months} >= 2", "${red_month} >= 2", "campaign.unknown_name"),
    ("list: red}", "list: rde}", "campaign.unknown_list"),
    ("list: red}", "list: accountable}", "campaign.lists_in_circle"),
    (", decided: true, audience: top", ", group: light", "campaign.list_of_nobody"),
    ("when: \"${check_overdue} > 2\"", "audience: top, when: \"${check_overdue} > 2\"", "campaign.group_of_audiences"),
    ("of: compliance, tone: good", "of: compliance, unit_kind: town, tone: good", "campaign.list_of_other_kind"),
]  # fmt: skip


@pytest.fixture
def living(tmp_path: Path) -> Write:
    """Write the campaign with edits ``(before, after)``; each must fit exactly once."""

    def write(*edits: tuple[str, str]) -> Path:
        text = LIVING
        for before, after in edits:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        path = tmp_path / "living.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_campaign_without_mistakes_is_right(living: Write) -> None:
    assert check_campaign(living()) == ()


@pytest.mark.parametrize(("before", "after", "code"), MISTAKES)
def test_a_mistake_is_named(living: Write, before: str, after: str, code: str) -> None:
    problems = check_campaign(living((before, after)))
    assert code in [problem.code for problem in problems]
    for problem in problems:
        for lang in ("zh_CN", "en"):
            assert problem.message(lang)
            assert problem.remedy(lang) or problem.args["nearest"] == "—"
            assert "{" not in problem.line(lang).replace("${", "")


def test_a_list_that_counts_who_is_on_one_for_the_top_only_is_refused(living: Write) -> None:
    told = "listed:\n  - {id: times, name: {zh: 次数, en: Times}, list: accountable}\n"
    edits = (
        ("listed:\n", told),
        ('when: "${check_overdue} > 2"', 'when: "${times} > 2"'),
    )
    assert "campaign.top_list_told" in [problem.code for problem in check_campaign(living(*edits))]


def test_the_nearest_right_name_is_said(living: Write) -> None:
    (problem,) = check_campaign(living(("list: red}", "list: rde}")))
    assert "“red”" in problem.remedy("zh_CN")
