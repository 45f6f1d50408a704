"""Forms written down shortly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign import check_answers, compute_answers
from pbwidgets.campaign.short_form import read_short_form
from pbwidgets.campaign.source import Source, parse_source
from pbwidgets.errors import ProblemsError
from pbwidgets.intake.text import clean_text


def problems(given_: Any) -> dict[str, str]:
    """Codes of problems by place."""
    with pytest.raises(ProblemsError, match="问题") as caught:
        read_short_form(given_, file="fields")
    return {problem.place: problem.code for problem in caught.value.problems}


def source(text: str) -> Source:
    made, found = parse_source(text, "fields")
    assert made is not None
    assert not found
    return made


@given(st.lists(st.text(min_size=1).filter(clean_text), min_size=1, max_size=8, unique=True))
def test_any_names_and_options_get_identifiers_that_lead_back(words: list[str]) -> None:
    read = read_short_form(dict.fromkeys(words, words))
    form = read.campaign.forms[0]
    assert [read.fields.get(item.id, item.id) for item in form.fields] == words
    for listed in read.campaign.choices.values():
        assert [read.choices.get(choice.id, choice.id) for choice in listed] == words


def test_a_name_that_looks_like_an_identifier_of_ours_is_told_from_it() -> None:
    read = read_short_form({"u_41": "text", "A": "text"})
    assert [read.fields.get(item.id, item.id) for item in read.campaign.forms[0].fields] == ["u_41", "A"]


def test_an_identifier_does_not_depend_on_the_rest_of_the_form() -> None:
    alone, later = ({"走访": "integer"}, {"村名": "text", "走访": "integer"})
    ids = [read_short_form(fields).campaign.forms[0].fields[-1].id for fields in (alone, later)]
    assert ids[0] == ids[1]


def test_expressions_name_fields_and_options_as_they_were_written() -> None:
    read = read_short_form(
        {
            "台账": ["是", "否"],
            "原因": {"type": "text", "relevant": "${台账} = '否'"},
            "备注": {"type": "text", "constraint": ". != '是'"},
            "活动": {"type": "repeat", "fields": {"人数": "integer"}},
            "合计": {"type": "calculate", "calculation": "sum(${活动/人数})"},
        }
    )
    form = read.campaign.forms[0]
    ledger, why, remark, meetings, _ = (item.id for item in form.fields)
    no = read.campaign.choices[form.fields[0].choices or ""][1].id
    counted = form.fields[3].fields[0].id
    answers = {ledger: no, why: "缺页", remark: "是", meetings: [{counted: 2}, {counted: 3}]}
    computed = compute_answers(form, answers)
    assert computed[why] == "缺页"
    assert computed[form.fields[4].id] == 5
    found = check_answers(form, read.campaign, answers, complete=True)
    assert [problem.path for problem in found] == [remark]  # its word is a word, not the other field's option


def test_a_whole_form_may_have_lists_and_plain_words() -> None:
    read = read_short_form(
        source(
            "name: 自查\nchoices:\n  好坏: [好, 坏]\nfields:\n"
            "  - {id: state, type: select_one, choices: 好坏, label: 状况, hint: 按实际}\n"
            "  - {type: integer, label: 走访, unit: 次}\n"
        )
    )
    form = read.campaign.forms[0]
    assert form.name.words("zh_CN") == "自查"
    assert [item.label.words("en") for item in form.fields] == ["状况", "走访"]
    assert [choice.label.zh for choice in read.campaign.choices[form.fields[0].choices or ""]] == ["好", "坏"]


def test_all_mistakes_are_named_at_once_by_the_names_that_were_given() -> None:
    found = problems(
        {
            "村名": "txet",
            "走访": {"type": "integer", "minmum": 0},
            "台账": [],
            "活动": {"type": "repeat", "fields": {"人数": {"type": "integer", "minimum": "三"}}},
            "丙": 5,
        }
    )
    assert found == {
        "村名": "campaign.value_not_allowed",
        "走访.minmum": "campaign.unknown_key",
        "台账": "campaign.must_not_be_empty",
        "活动.fields.人数.minimum": "campaign.want_number",
        "丙": "campaign.want_mapping",
    }


def test_a_name_that_an_expression_does_not_know_is_met_with_the_nearest() -> None:
    with pytest.raises(ProblemsError, match=r"台帐.*台账") as caught:
        read_short_form({"台账": ["是", "否"], "原因": {"type": "text", "relevant": "${台帐} = '否'"}})
    assert [problem.place for problem in caught.value.problems] == ["原因.relevant"]


def test_mistakes_in_a_text_are_named_by_line() -> None:
    assert problems(source("村名: text\n走访:\n  type: integer\n  minimum: 三\n")) == {
        "4": "campaign.want_number"
    }


@pytest.mark.parametrize("wrong", [{"fields": [5]}, {"fields": "text", "choices": 5}, {"a": {"fields": 5}}])
def test_what_is_no_form_at_all_is_a_problem_and_no_crash(wrong: dict[str, Any]) -> None:
    assert problems(wrong)
