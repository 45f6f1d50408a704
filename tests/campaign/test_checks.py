"""Parts of a campaign that do not fit together are named on their line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pbwidgets.campaign.freezing import from_json, to_json
from pbwidgets.campaign.reader import check_campaign, examine_campaign, read_campaign
from pbwidgets.intake import Reading

Write = Callable[..., Path]

RANKED = "    ranks_within:\n      - {id: own, name: {zh: 本组, en: in its group}"

MISTAKES = [
    # ids
    ("id: effect\n", "id: life_meetings\n", "campaign.repeated_id"),
    ("  - {id: full,", "  - {id: meetings,", "campaign.repeated_id"),
    ("{id: service, label", "{id: study, label", "campaign.repeated_id"),
    ("      - {id: fund,", "      - {id: members,", "campaign.repeated_id"),
    ("      - {id: fund,", "      - {id: plan,", "campaign.repeated_id"),
    # options and words that show answers
    (
        "choices: yes_no, required",
        "choices: yes_no, choice_filter: zone = 'a', required",
        "campaign.unknown_attribute",
    ),
    (
        "choices: yes_no, required",
        "choices: yes_no, choice_filter: 'name = ${nix}', required",
        "campaign.unknown_name",
    ),
    ("{zh: 有无计划, en: Plan}", '{zh: "${nix}计划", en: Plan}', "campaign.unknown_answer"),
    # units and dates
    ("partition_by: bureau", "partition_by: office", "campaign.unknown_unit_kind"),
    ("partition_by: bureau", "partition_by: [bureau, office]", "campaign.unknown_unit_kind"),
    ("partition_by: bureau", "partition_by: []", "campaign.must_not_be_empty"),
    ("partition_by: bureau", "partition_by: 5", "campaign.want_text"),
    ("unit_kind: branch\n    fields", "unit_kind: Branch\n    fields", "campaign.bad_id"),
    (
        "unit_kind: branch\n    fields",
        "unit_kind: [branch, brunch]\n    fields",
        "campaign.unknown_unit_kind",
    ),
    ("unit_kind: branch\n    forms", "unit_kind: [branch, branch]\n    forms", "campaign.kind_twice"),
    ("en: Branch}, parents: [bureau]}", "en: Branch}, parents: [office]}", "campaign.unknown_unit_kind"),
    ("en: Branch}, parents: [bureau]}", "en: Branch}, parents: [branch]}", "campaign.kind_without_root"),
    ("    ends: 2026-12-31", "    ends: 2025-12-31", "campaign.ends_before_begin"),
    ("ends: 2026-11-30", "ends: 2062-11-30", "campaign.phase_far_off"),
    (
        "    ends: 2026-12-31",
        "    ends: 2026-12-31\n    visible_from: 2025-12-01",
        "campaign.visible_far_off",
    ),
    (
        "    ends: 2026-12-31",
        "    ends: 2026-12-31\n    visible_from: 2062-12-01",
        "campaign.visible_far_off",
    ),
    ("forms: [record]}", "forms: [records]}", "campaign.unknown_form"),
    ("en: Bureau}, unit_kind: bureau}", "en: Bureau}, unit_kind: office}", "campaign.unknown_unit_kind"),
    ("level: bureau}", "level: office}", "campaign.unknown_level"),
    # documents
    *(
        ("layers:\n  - {id: self, name", f"office: {{{office}}}\nlayers:\n  - {{id: self, name", code)
        for office, code in (
            ("sender: 中共××县委", "campaign.office_placeholder"),
            ("recipients: [各支部, ____]", "campaign.office_placeholder"),
            ("sender: '${unti}办公室'", "campaign.unknown_name"),
            ("number: 云组发〔2026〕3号", "campaign.office_number"),
            ("templates: {circluar: templates/a.docx}", "campaign.unknown_template"),
            ("templates: {circular: ../a.docx}", "campaign.template_path"),
            ("templates: {slides: templates/a.docx}", "campaign.template_path"),
            ("sendr: 局", "campaign.unknown_key"),
        )
    ),
    # names of the unit itself
    ("      - {id: fund,", "      - {id: unit_kind,", "campaign.reserved_id"),
    ("  - {id: full,", "  - {id: unit_domain,", "campaign.reserved_id"),
    ('where: "${present} = ${due}"', "where: \"${unit_kind} = 'brunch'\"", "campaign.literal_not_option"),
    # forms
    ("choices: kinds,", "choices: kind,", "campaign.unknown_choices"),
    ("type: select_multiple, choices: kinds,", "type: select_multiple,", "campaign.field_lacks"),
    (
        "{id: fund, type: decimal,",
        "{id: fund, type: decimal, choices: kinds,",
        "campaign.setting_without_meaning",
    ),
    (
        "        minimum: 0\n        maximum",
        "        minimum: 600\n        maximum",
        "campaign.range_reversed",
    ),
    ("        min_count: 1", "        min_count: 7", "campaign.range_reversed"),
    ('type: calculate, calculation: "sum(${meetings/present})",', "type: calculate,", "campaign.field_lacks"),
    ("{id: explained, type: note,", "{id: explained, type: repeat,", "campaign.field_lacks"),
    (
        "        type: group\n",
        "        type: group\n        sensitive: true\n",
        "campaign.setting_without_meaning",
    ),
    (
        "{id: fund, type: decimal,",
        "{id: fund, type: decimal, identifies: true,",
        "campaign.setting_without_meaning",
    ),
    ("{id: remark, type: text,", "{id: remark, type: text, minimum: 3,", "campaign.setting_without_meaning"),
    ('constraint: ". <= today()", ', "", "campaign.message_without_constraint"),
    # expressions
    ("\"${plan} = 'yes'\"", "\"${plan} == 'yes'\"", "campaign.expression_syntax"),
    ("\"${plan} = 'yes'\"", "\"plan = 'yes'\"", "campaign.expression_bare_name"),
    ("\"${plan} = 'yes'\"", "\". = 'yes'\"", "campaign.dot_only_in_constraint"),
    ("\"${plan} = 'yes'\"", "\"${plans} = 'yes'\"", "campaign.unknown_name"),
    ("sum(${meetings/present})", "total(${meetings/present})", "campaign.expression_function"),
    ('when: "${meetings} = 0"', 'when: "${meeting} = 0"', "campaign.unknown_name"),
    ('where: "${present} = ${due}"', 'where: "${attended} = ${due}"', "campaign.unknown_name"),
    (
        'not_applicable_when: "${members} = 0"',
        'not_applicable_when: "${member} = 0"',
        "campaign.unknown_name",
    ),
    # measures
    (
        "form: record, field: meetings/present",
        "form: records, field: meetings/present",
        "campaign.unknown_form",
    ),
    ("field: meetings/present,", "field: meetings/came,", "campaign.unknown_field"),
    ("denominator: meetings/due,", "denominator: meetings/held_on,", "campaign.aggregate_unfit"),
    ("denominator: meetings/due, ", "", "campaign.share_of_what"),
    ("field: meetings/present, ", "", "campaign.measure_lacks_field"),
    ("aggregate: share,", "aggregate: sum,", "campaign.denominator_unused"),
    ("{id: full, name", "{over: ancestor, id: full, name", "campaign.ancestor_kind_missing"),
    ("{id: full, name", "{ancestor_kind: branch, id: full, name", "campaign.ancestor_kind_unused"),
    (
        "{id: full, name",
        "{over: ancestor, ancestor_kind: bureau, id: full, name",
        "campaign.ancestor_has_no_such_form",
    ),
    # tracks
    ("    forms: [record]", "    forms: [recrod]", "campaign.unknown_form"),
    ("      - {id: self}\n", "      - {id: selves}\n", "campaign.unknown_layer"),
    ("    places: 3", "    places: 3\n    group: office", "campaign.unknown_unit_kind"),
    ("nomination: {by: bureau", "nomination: {by: office", "campaign.unknown_unit_kind"),
    ("lowest: 1, usual: 2", "lowest: 3, usual: 2", "campaign.allotment_disordered"),
    ("    places: 3", "    places: 3\n    base_points: 90", "campaign.points_do_not_add_up"),
    ("        points: 60\n", "        points: 50\n", "campaign.heading_does_not_add_up"),
    (
        "        points: 60\n",
        "        points: 60\n        rule: {name: rated}\n",
        "campaign.heading_with_rule",
    ),
    ("        points: 60\n", "        points: 60\n        bonus: true\n", "campaign.heading_as_bonus"),
    ("        rule: {name: rated}\n", "", "campaign.line_lacks"),
    ("{points: 40, text", "{points: 41, text", "campaign.anchor_out_of_range"),
    (
        "        rule: {name: rated}",
        "        rule: {name: rated}\n        not_applicable: {then: full}",
        "campaign.never_not_applicable",
    ),
    (
        "required: 4, points_each: 0.5}",
        "required: 4, points_each: 0.5, floor: 41}",
        "campaign.floor_above_points",
    ),
    (
        "        rule: {name: rated}",
        "        rule: {name: discretion, lowest: 5, highest: 4}",
        "campaign.range_reversed",
    ),
    (
        "        rule: {name: rated}",
        "        rule: {name: discretion, lowest: -5, highest: 45}",
        "campaign.discretion_above_points",
    ),
    ("measure: presence, threshold", "measure: presense, threshold", "campaign.unknown_measure"),
    ("      - {criterion: life}", "      - {criterion: live}", "campaign.unknown_criterion"),
    ("      - {criterion: life}", "      - {criterion: life, layer: bureau}", "campaign.tie_break_by_one"),
    ("      - {criterion: life}", "      - {order: lower}", "campaign.tie_break_by_one"),
    ("      - {criterion: life}", "      - {criterium: life}", "campaign.unknown_key"),
    ("      - {criterion: life}", "      - {criterion: 5}", "campaign.want_text"),
    ("      - {criterion: life}", "      - life", "campaign.want_mapping"),
    ("effect: disqualify", "effect: barr", "campaign.value_not_allowed"),
    ("effect: disqualify", "efect: bar", "campaign.unknown_key"),
    ("effect: disqualify, ", "", "campaign.missing_key"),
    (
        "    tie_breaks:\n",
        f"{RANKED}, ancestor_kind: office}}\n    tie_breaks:\n",
        "campaign.unknown_unit_kind",
    ),
    ("    tie_breaks:\n", f"{RANKED}}}\n    tie_breaks:\n", "campaign.missing_key"),
    (
        "    tie_breaks:\n",
        f"{RANKED}, by: domain, ancestor_kind: bureau}}\n    tie_breaks:\n",
        "campaign.key_of_other_choice",
    ),
    (
        "    tie_breaks:\n",
        f"{RANKED}, ancestor_kind: branch}}\n    tie_breaks:\n",
        "campaign.rank_group_not_above",
    ),
    ("      - {criterion: life}", "      - {layer: township}", "campaign.unknown_layer"),
    ("      - {measure: presence}", "      - {measure: absence}", "campaign.unknown_measure"),
    # filters of measures
    (
        "field: meetings, aggregate: count}",
        "field: meetings, aggregate: count, states: [accept]}",
        "campaign.unknown_state",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings, aggregate: count, window: {field: meetings/due}}",
        "campaign.window_needs_date",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings, aggregate: count, window: {field: meetings/held_on, phase: fills}}",
        "campaign.unknown_phase",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: members, aggregate: count, window: {field: meetings/held_on}}",
        "campaign.date_in_other_row",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/held_on, aggregate: days_to_close}",
        "campaign.closed_on_missing",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/due, closed_on: meetings/held_on, aggregate: days_to_close}",
        "campaign.aggregate_unfit",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/held_on, closed_on: meetings/due, aggregate: days_to_close}",
        "campaign.aggregate_unfit",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/held_on, closed_on: meetings/heldon, aggregate: days_to_close}",
        "campaign.unknown_field",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings, closed_on: meetings/held_on, aggregate: count}",
        "campaign.closed_on_unused",
    ),
    # balances
    (
        "field: meetings, aggregate: count}",
        "field: members, aggregate: running}",
        "campaign.running_undated",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/held_on, aggregate: running, dated_by: meetings/held_on}",
        "campaign.aggregate_unfit",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: members, aggregate: running, dated_by: plan}",
        "campaign.aggregate_unfit",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/present, aggregate: running, dated_by: meetings/held_on, sign_field: plan}",
        "campaign.running_without_signs",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/present, aggregate: running, dated_by: meetings/held_on, sign_field: plan, signs: {yes: 1}}",
        "campaign.running_lacks_sign",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings/present, aggregate: running, dated_by: meetings/held_on, "
        "sign_field: plan, signs: {yes: 1, no: 0, never: 1}}",
        "campaign.unknown_option",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: members, aggregate: running, dated_by: meetings/held_on}",
        "campaign.date_in_other_row",
    ),
    (
        "field: meetings, aggregate: count}",
        "field: meetings, aggregate: count, dated_by: meetings/held_on}",
        "campaign.running_unused",
    ),
    # rules
    (
        "{name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}",
        "{name: rank_to_points, measure: meetings, points: [40, 30, 35]}",
        "campaign.listed_points_rise",
    ),
    (
        "{name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}",
        "{name: rank_to_points, measure: meetings, points: [41, 30]}",
        "campaign.listed_above_points",
    ),
    (
        "{name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}",
        "{name: bands, measure: meetings, bands: [{bound: 3, points: 40}, {bound: 4, points: 30}]}",
        "campaign.bands_disordered",
    ),
    (
        "{name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}",
        "{name: bands, measure: meetings, bands: [{bound: 4, points: 30}, {bound: 3, points: 40}]}",
        "campaign.listed_points_rise",
    ),
    (
        "{name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}",
        "{name: against_group, measure: meetings, benchmark: mean, points_per_unit: 1, floor: 50}",
        "campaign.floor_above_points",
    ),
    (
        "{name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}",
        "{name: proportional_to_best, measure: meeting}",
        "campaign.unknown_measure",
    ),
    (
        "        rule: {name: rated}",
        '        rule: {name: rated}\n        exemption: {when: "${full} > 1", name: {zh: 免, en: E}}',
        "campaign.exemption_without_deduction",
    ),
    (
        "            not_applicable: {then: leave_out}",
        '            exemption: {when: "${fulls} > 1", name: {zh: 免, en: E}}',
        "campaign.unknown_name",
    ),
    (
        "        points: 60\n",
        "        points: 60\n        sources: [check]\n",
        "campaign.heading_takes_no",
    ),
    (
        "        rule: {name: rated}",
        "        rule: {name: rated}\n        sources: [chek]",
        "campaign.unknown_source",
    ),
    (
        "    places: 3",
        "    places: 3\n    starting_points: 10",
        "campaign.points_do_not_add_up",
    ),
    # headings settled as one, lines of one domain, differences between layers
    (
        "        rule: {name: rated}",
        "        rule: {name: rated}\n        settle: {base: 10}",
        "campaign.line_settled",
    ),
    (
        "        points: 60\n",
        "        points: 60\n        settle: {floor: 80, ceiling: 70}\n",
        "campaign.range_reversed",
    ),
    (
        "        points: 60\n",
        "        points: 60\n        settle: {floor: 70}\n",
        "campaign.floor_out_of_reach",
    ),
    (
        "        points: 60\n",
        "        points: 60\n        not_applicable: {then: skip}\n",
        "campaign.heading_takes_no",
    ),
    (
        "            name: {zh: 会议, en: Meetings}\n            points: 40\n",
        "            name: {zh: 会议, en: Meetings}\n            points: 40\n            for: {domian: 机关}\n",
        "campaign.unknown_key",
    ),
    (
        "      - {id: self}",
        "      - {id: self, difference_needs_reason: 1}",
        "campaign.no_layer_before",
    ),
    # expressions
    ("\"${plan} = 'yes'\"", "\"${plan} = 'ja'\"", "campaign.literal_not_option"),
    ("\"${plan} = 'yes'\"", "\"selected(${kinds_done}, 'studies')\"", "campaign.literal_not_option"),
    ("\"${plan} = 'yes'\"", '"${plan} = 1"', "campaign.literal_not_option"),
    ('". <= ${due}"', "\". <= '三十'\"", "campaign.literal_not_number"),
    ('". <= today()"', "\". <= '2026/5/1'\"", "campaign.literal_not_date"),
    ("\"${plan} = 'yes'\"", '"${plan} = true()"', "campaign.literal_not_option"),
    ('". <= today()"', '". <= 5"', "campaign.literal_not_date"),
    ('where: "${present} = ${due}"', "where: \"${held_on} = '五月'\"", "campaign.literal_not_date"),
    (
        'not_applicable_when: "${members} = 0"',
        "not_applicable_when: \"${members} = '无'\"",
        "campaign.literal_not_number",
    ),
    ('when: "${meetings} = 0"', "when: \"${meetings} = '没有'\"", "campaign.literal_not_number"),
    ('when: "${meetings} = 0"', "when: \"regex(${meetings}, '0')\"", "campaign.expression_of_text"),
    ('"${attendance} < 10"', '"${attendance} < group_mean(${attendance})"', "campaign.expression_of_groups"),
    ('"${attendance} < 10"', "\"${reason} != ''\"", "campaign.expressions_in_circle"),
    ('"${attendance} < 10"', '"${attendance} < max()"', "campaign.expression_too_few"),
    # totals carried over
    (
        "tracks:\n",
        "carried: [{id: old, name: {zh: 旧, en: Old}, track: branch}]\ntracks:\n",
        "campaign.unknown_track",
    ),
    (
        "tracks:\n",
        "carried: [{id: old, name: {zh: 旧, en: Old}, track: branches, period: '2025'}]\ntracks:\n",
        "campaign.unknown_period",
    ),
    (
        "tracks:\n",
        "carried: [{id: full, name: {zh: 旧, en: Old}, track: branches, period: previous}]\ntracks:\n",
        "campaign.repeated_id",
    ),
    (
        "    places: 3",
        "    places: 3\n    recommendations: [{id: chief, to: {zh: 先进, en: Best}, subject: officer}]",
        "campaign.officers_missing",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (
            "        rule: {name: rated}",
            "        rule: {name: rated}\n        for: {domain: 机关}",
            {"campaign.points_of_others_do_not_add_up"},
        ),
        (
            "        points: 60\n",
            "        points: 60\n        settle: {base: 5}\n",
            {"campaign.heading_does_not_add_up", "campaign.points_do_not_add_up"},
        ),
        (
            "        points: 60\n",
            "        points: 60\n        settle: {base: 5, ceiling: 60, floor: 0}\n",
            set(),
        ),
    ],
)
def test_points_of_settled_headings_and_of_domains_add_up(
    write: Write, old: str, new: str, codes: set[str]
) -> None:
    assert {problem.code for problem in check_campaign(write((old, new)))} == codes


def test_a_domain_that_no_unit_of_the_heading_has_is_named(write: Write) -> None:
    lines = "          - {{id: {}, name: {{zh: 甲, en: A}}, points: 40, rule: {{name: rated}}, for: {{domain: {}}}}}\n"
    path = write(
        (
            "        rule: {name: rated}\n        anchors:\n          - {points: 40, text: {zh: 好, en: Good}}\n"
            "          - {points: 0, text: {zh: 差, en: Poor}}\n",
            "        for: {domain: 机关}\n        criteria:\n"
            + lines.format("office", "机关")
            + lines.format("school", "学校"),
        ),
        (
            "        name: {zh: 成效, en: Effect}\n        points: 40\n",
            "        name: {zh: 成效, en: Effect}\n",
        ),
    )
    found = {problem.code: problem.args for problem in check_campaign(path)}
    assert set(found) == {"campaign.domain_of_nobody", "campaign.points_of_domain_do_not_add_up"}
    assert found["campaign.points_of_domain_do_not_add_up"]["domain"] == "学校"


TWO_KINDS = (
    ("unit_kind: branch\n    fields", "unit_kind: [branch, bureau]\n    fields"),
    ("unit_kind: branch\n    forms", "unit_kind: [branch, bureau]\n    forms"),
)
EFFECT = "      - id: effect\n"


def test_a_kind_with_another_maximum_is_named_unless_the_track_rescales(write: Write) -> None:
    only = (EFFECT, EFFECT + "        for: {kind: branch}\n")
    (problem,) = check_campaign(write(*TWO_KINDS, only))
    assert problem.code == "campaign.points_of_kind_do_not_add_up"
    assert (problem.args["kind"], problem.args["total"]) == ("bureau", 60)
    assert "rescaled: true" in problem.remedy("zh_CN")
    rescaled = ("    places: 3", "    places: 3\n    rescaled: true")
    assert check_campaign(write(*TWO_KINDS, only, rescaled)) == ()


@pytest.mark.parametrize(
    ("kind", "code"), [("bureau", "campaign.kind_of_nobody"), ("brunch", "campaign.unknown_unit_kind")]
)
def test_a_line_for_a_kind_that_is_not_assessed_is_named(write: Write, kind: str, code: str) -> None:
    path = write((EFFECT, EFFECT + f"        for: {{kind: {kind}}}\n"))
    assert code in {problem.code for problem in check_campaign(path)}


def test_a_measure_must_reach_every_kind_that_has_the_line(write: Write) -> None:
    (problem, *_) = check_campaign(write(TWO_KINDS[1]))  # the form is about branches only
    assert problem.code == "campaign.measure_out_of_reach"
    assert problem.args["kind"] == "bureau"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('where: "${present} = ${due}"', "where: \"${unit_kind} = 'branch' and ${unit_domain} != '机关'\""),
        ("relevant: \"${plan} = 'yes'\"", "relevant: \"${unit_kind} = '支部'\""),
        ('not_applicable_when: "${members} = 0"', "not_applicable_when: \"${unit_domain} = '机关'\""),
    ],
)
def test_every_expression_may_name_the_unit(write: Write, old: str, new: str) -> None:
    assert check_campaign(write((old, new))) == ()


@pytest.mark.parametrize(
    ("old", "new", "code"), MISTAKES, ids=[f"{code}-{at}" for at, (_, _, code) in enumerate(MISTAKES)]
)
def test_one_mistake_is_one_problem_on_its_line(
    write: Write, small_text: str, old: str, new: str, code: str
) -> None:
    path = write((old, new))
    problems = check_campaign(path)
    assert [problem.code for problem in problems] == [code]
    # the line that was changed, or the head of the part around it
    first = 1 + small_text[: small_text.index(old)].count("\n")
    assert first - 5 <= int(problems[0].place) <= first + max(new.count("\n"), 1)
    assert problems[0].line("zh_CN") != problems[0].line("en")
    assert problems[0].remedy("zh_CN")
    assert problems[0].remedy("en")


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [("weight: 60", "weight: 0"), ("weight: 40", "weight: 0")],
            ["campaign.weights_all_zero"],
        ),
        (
            [("  - {id: self, name", "  - {id: final, name"), ("      - {id: self}", "      - {id: final}")],
            ["campaign.reserved_id"],
        ),
        (
            [("en: Bureau}}\n  - {id: branch", "en: Bureau}, parents: [branch]}\n  - {id: branch")],
            ["campaign.kinds_in_circle", "campaign.kinds_in_circle"],
        ),
        (
            [("    places: 3", "    places: 3\n    final: weighted")],
            ["campaign.layer_lacks_weight", "campaign.layer_lacks_weight"],
        ),
        (
            [
                (
                    "        points: 40\n        rule: {name: rated}",
                    "        points: 30\n        rule: {name: rated}",
                )
            ],
            ["campaign.points_do_not_add_up", "campaign.anchor_out_of_range"],
        ),
    ],
)
def test_mistakes_of_several_places_are_all_named(
    write: Write, edits: list[tuple[str, str]], expected: list[str]
) -> None:
    assert sorted(problem.code for problem in check_campaign(write(*edits))) == sorted(expected)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("effect: disqualify", "effect: bar, caps_at: 3"),
        ("      - {criterion: life}", "      - {criterion: life, layer: }"),
        ("    tie_breaks:\n", f"{RANKED}, by: domain, ancestor_kind: }}\n    tie_breaks:\n"),
    ],
)
def test_a_key_of_another_choice_may_stand_where_it_says_nothing(write: Write, old: str, new: str) -> None:
    campaign = read_campaign(write((old, new)))
    assert from_json(to_json(campaign)) == campaign


def test_a_bonus_line_is_not_part_of_the_base_points(write: Write) -> None:
    bonus = (
        "      - {id: extra, name: {zh: 加分, en: Extra}, points: 5, bonus: true, "
        "rule: {name: capped_bonus, measure: full, points_each: 1}}\n"
    )
    assert check_campaign(write(("    gates:\n", bonus + "    gates:\n"))) == ()


def test_a_checklist_needs_no_layers_and_no_base_points(write: Write) -> None:
    edits = (
        ("    places: 3", "    kind: checklist"),
        (
            "        points: 40\n        rule: {name: rated}",
            "        points: 50\n        rule: {name: rated}",
        ),
    )
    assert check_campaign(write(*edits)) == ()


def test_a_kind_may_stand_above_itself(write: Write) -> None:
    assert (
        check_campaign(write(("en: Branch}, parents: [bureau]}", "en: Branch}, parents: [bureau, branch]}")))
        == ()
    )


def test_a_partner_fills_in_nothing_is_not_assessed_and_is_above_no_member(
    write: Write, small_text: str
) -> None:
    found = check_campaign(write(("en: Branch}, parents", "en: Branch}, role: partner, parents")))
    assert {problem.code for problem in found} == {"campaign.partner_at_work"}
    assert len(found) == small_text.count("unit_kind: branch") > 1
    above = write(("en: Bureau}}", "en: Bureau}, role: partner}"))
    assert "campaign.kind_without_root" in {problem.code for problem in check_campaign(above)}


def test_a_measure_that_cannot_reach_the_unit_is_named(write: Write) -> None:
    path = write(("    unit_kind: branch\n    forms: [record]", "    unit_kind: bureau\n    forms: [record]"))
    assert {problem.code for problem in check_campaign(path)} == {"campaign.measure_out_of_reach"}


def test_a_bare_name_that_several_repeats_have_is_not_known_outside(write: Write) -> None:
    extra = (
        "      - {id: visits, type: repeat, label: {zh: 走访, en: Visits}, "
        "fields: [{id: present, type: integer, label: {zh: 人, en: N}}]}\n"
    )
    path = write(
        ("      - {id: attendance,", extra + "      - {id: attendance,"),
        ("sum(${meetings/present})", "sum(${present})"),
    )
    (problem,) = check_campaign(path)
    assert problem.code == "campaign.unknown_name"
    assert "meetings/present" in problem.args["allowed"]


CARRIED = "carried: [{id: old, name: {zh: 旧, en: Old}, track: branches%s}]\ntracks:\n"
TAKEN = "rule: {name: carried_over, measure: old}"
COUNTED = "rule: {name: per_missing_item, measure: meetings, required: 4, points_each: 0.5}"


def test_a_track_cannot_take_its_own_total_of_the_same_period(write: Write) -> None:
    (problem,) = check_campaign(write(("tracks:\n", CARRIED % ""), (COUNTED, TAKEN)))
    assert problem.code == "campaign.carried_in_circle"
    assert problem.args["circle"] == "branches → branches"


@pytest.mark.parametrize(
    "more", [", period: previous", ", campaign: other", ", campaign: other, period: '2025'"]
)
def test_a_total_of_another_period_or_campaign_can_be_carried_over(write: Write, more: str) -> None:
    assert check_campaign(write(("tracks:\n", CARRIED % more), (COUNTED, TAKEN))) == ()


def test_a_total_of_units_of_another_kind_cannot_be_carried_over(write: Write) -> None:
    track = (
        "tracks:\n"
        "  - id: bureaus\n    name: {zh: 局, en: Bureaus}\n    unit_kind: bureau\n    layers: [{id: bureau}]\n"
        "    criteria: [{id: a, name: {zh: 甲, en: A}, points: 100, rule: {name: carried_over, measure: old}}]\n"
    )
    (problem,) = check_campaign(write(("tracks:\n", (CARRIED % "").removesuffix("tracks:\n") + track)))
    assert problem.code == "campaign.carried_of_other_kind"


def test_starting_points_and_lines_that_only_add_or_take_are_a_sheet(write: Write, small_text: str) -> None:
    start = small_text.index("    criteria:\n      - id: life")
    sheet = small_text[start : small_text.index("    gates:\n")]
    lines = (
        "    starting_points: 100\n    criteria:\n"
        "      - {id: life, name: {zh: 甲, en: A}, points: 0, "
        "rule: {name: capped_deduction, measure: full, points_each: 1, cap: 9}}\n"
    )
    assert check_campaign(write((sheet, lines))) == ()


CLASSES = "    places: 3\n    classes: {names: [{zh: 一, en: I}, {zh: 二, en: II}, {zh: 三, en: III}], %s}"


@pytest.mark.parametrize(
    ("classes", "codes"),
    [
        ("from_totals: [85, 60]", []),
        ("shares_pct: [30, 60]", []),
        ("flags: []", ["campaign.classes_by_one"]),
        ("from_totals: [85, 60], shares_pct: [30, 60]", ["campaign.classes_by_one"]),
        ("from_totals: [85]", ["campaign.classes_miscounted"]),
        ("from_totals: [60, 85]", ["campaign.class_bounds_disordered"]),
        ("shares_pct: [60, 60]", ["campaign.class_shares_above_all"]),
        (
            "from_totals: [85, 60], flags: [{id: a, name: {zh: 甲, en: A}, when: '${full} = 0', proposes: 4}]",
            ["campaign.no_such_class"],
        ),
        (
            "from_totals: [85, 60], flags: [{id: a, name: {zh: 甲, en: A}, when: '${fulls} = 0', proposes: 3}]",
            ["campaign.unknown_name"],
        ),
    ],
)
def test_classes_are_checked(write: Write, classes: str, codes: list[str]) -> None:
    assert [problem.code for problem in check_campaign(write(("    places: 3", CLASSES % classes)))] == codes


def test_an_unknown_kind_of_a_form_is_one_problem_and_not_one_for_each_measure_on_it(tmp_path) -> None:
    text = (Path(__file__).parents[2] / "parameters/campaigns/sanji_lianzheng.yaml").read_text(
        encoding="utf-8"
    )
    form = text.index("  - id: village_application\n")
    spoilt = text[:form] + text[form:].replace("unit_kind: village", "unit_kind: vilage", 1)
    path = tmp_path / "spoilt.yaml"
    path.write_text(spoilt, encoding="utf-8")

    codes = [problem.code for problem in check_campaign(path)]

    assert "campaign.measure_out_of_reach" not in codes
    assert len(codes) <= 3


def test_a_label_in_an_expression_becomes_the_id_of_its_option_and_this_is_said(write: Write) -> None:
    edits = (
        ("\"${plan} = 'yes'\"", "\"${plan} = '是' and not(selected(${kinds_done}, 'Visit'))\""),
        ('where: "${present} = ${due}"', "where: \"'否' = ${plan} or ${remark} = '是'\""),
    )
    assert check_campaign(write(*edits)) == ()
    campaign, notes = read_campaign(write(*edits)), examine_campaign(write(*edits)).notes
    fields = dict(campaign.forms[0].leaves())
    assert fields["plan_file"].relevant == "${plan} = 'yes' and not(selected(${kinds_done}, 'visit'))"
    assert campaign.measures[2].where == "'no' = ${plan} or ${remark} = '是'"
    said = [(note.args["value"], note.args["id"], note.place) for note in notes]
    assert [pair[:2] for pair in said] == [("是", "yes"), ("Visit", "visit"), ("否", "no")]
    assert all("代号" in note.line("zh_CN") and int(note.place) > 30 for note in notes)


def test_different_texts_that_are_counted_where_names_are_hidden_are_noted(write: Write) -> None:
    count = (
        "form: record, field: meetings, aggregate: count}",
        "form: record, field: remark, aggregate: distinct}",
    )
    names = ("{id: reason, type: text,", "{id: reason, type: text, identifies: true,")
    assert examine_campaign(write(count)) == Reading((), ())
    found = examine_campaign(write(count, names))
    assert (found.content, [note.code for note in found.notes]) == ((), ["campaign.distinct_of_hidden"])
    assert "〔略〕" in found.notes[0].line("zh_CN")
    choice = (count[0], count[1].replace("remark", "plan"))
    assert examine_campaign(write(choice, names)) == Reading((), ())


def test_the_nearest_right_one_is_named(write: Write) -> None:
    (option,) = check_campaign(write(("\"${plan} = 'yes'\"", "\"${kinds_done} = '服务群众'\"")))
    assert option.args["nearest"] == "service"
    (day,) = check_campaign(write(('". <= today()"', "\". <= '2026/5/1'\"")))
    assert "2026-05-01" in day.remedy("zh_CN")
    (number,) = check_campaign(write(('". <= ${due}"', "\". <= '30人'\"")))
    assert number.args["nearest"] == "30"


def test_fields_that_rest_on_each_other_in_a_circle_are_named_in_order(write: Write) -> None:
    (problem,) = check_campaign(
        write(
            (
                "type: integer\n        minimum: 0\n",
                'type: integer\n        relevant: "${fund} > 0"\n        minimum: 0\n',
            ),
            ("{id: fund, type: decimal,", '{id: fund, type: decimal, relevant: "${members} > 0",'),
        )
    )
    assert problem.code == "campaign.expressions_in_circle"
    assert problem.args["circle"] in ("members → fund → members", "fund → members → fund")
