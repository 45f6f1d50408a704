"""Free text is clean before anybody reads it, and the input says what was removed."""

from hypothesis import given
from hypothesis import strategies as st

from pbwidgets.campaign import Form, compute_answers
from pbwidgets.campaign.one_form import campaign_around
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.intake.text import clean_text, drop_unmeant, removed_signs

ANY = st.text(st.characters() | st.sampled_from("\x00\x0b\x85\ud800\ufffe\u200b\u202e\r\n "), max_size=12)
WORDS = {"zh": "甲", "en": "a"}
FORM = {
    "id": "f",
    "name": WORDS,
    "unit_kind": "unit",
    "fields": [
        {"id": "note", "type": "text", "label": WORDS},
        {"id": "post", "type": "text", "label": WORDS, "max_length": 40},
        {
            "id": "talks",
            "type": "repeat",
            "label": WORDS,
            "fields": [{"id": "gist", "type": "text", "label": WORDS}],
        },
    ],
}


def test_what_cannot_be_kept_is_gone_at_once_and_named_at_the_field_until_it_is_empty() -> None:
    shown = TypedText(description="不足", lang="zh_CN")
    shown.value = "台账不全\x0b未归档\ufffe "
    assert shown.value == "台账不全 未归档 "
    assert shown.description == "不足（已去掉不能保存的符号 ⟨U+000B⟩⟨U+FFFE⟩）"
    shown.value = "台账不全"
    assert "U+000B" in shown.description
    shown.value = ""
    assert shown.description == "不足"


def test_a_name_loses_marks_of_direction_and_a_text_keeps_them() -> None:
    assert TypedLine("甲\u202e镇", is_name=True).value == "甲镇"
    assert TypedLine("甲\u202e镇").value == "甲\u202e镇"


@given(text=ANY)
def test_a_text_is_read_as_it_was_typed_but_for_what_was_said(text: str) -> None:
    shown = TypedText(description="", lang="en")
    shown.value = text
    assert shown.value == drop_unmeant(text)
    assert bool(shown.description) == bool(removed_signs(text, drop_unmeant(text)))


@given(text=ANY)
def test_a_form_gives_clean_answers_in_its_fields_and_in_the_rows_of_a_repeat(text: str) -> None:
    campaign = campaign_around(FORM, {})
    form: Form = campaign.forms[0]
    view = FormView(form, campaign, {"talks": [{"gist": text}]}, lang="zh_CN")
    for shown, _ in view.views():
        if shown.path in ("note", "post"):
            shown.input.widgets[0].value = text
    clean = clean_text(text) or None
    answers = view.answers
    assert [answers.get("note"), answers.get("post")] == [clean, clean]
    assert {row.get("gist") for row in answers.get("talks", [])} <= {clean}
    assert compute_answers(form, answers) == answers
