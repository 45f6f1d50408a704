"""Any answers, right or wrong, are the same after being shown in a form and read again."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbwidgets.campaign import Campaign, Field, Form, check_answers, compute_answers, read_campaign
from pbwidgets.campaign.values import ValueRefusedError, to_answer
from pbwidgets.forms.field_views import FieldView
from pbwidgets.forms.fixed_rows import FixedRow
from pbwidgets.forms.form_view import FormView

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "parameters" / "campaigns").glob("*.yaml"))
FILES.append(ROOT / "tests" / "scoring" / "all_shapes" / "campaign.yaml")
CAMPAIGNS = {path.stem: read_campaign(path) for path in FILES}
FORMS = [(name, form.id) for name, campaign in CAMPAIGNS.items() for form in campaign.forms]
_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


def values(field: Field, campaign: Campaign) -> st.SearchStrategy[Any]:
    """Answers of one field, most of them right."""
    ids = [choice.id for choice in campaign.choices.get(field.choices or "", ())]
    right: dict[str, st.SearchStrategy[Any]] = {
        "text": _TEXTS,
        "integer": st.integers(-10, 2000),
        "decimal": st.floats(-100, 1000).map(lambda value: round(value, 2)),
        "date": st.dates().map(lambda day: day.isoformat()),
        "select_one": st.sampled_from(ids) if ids else st.none(),
        "select_multiple": st.lists(st.sampled_from(ids), unique=True) if ids else st.none(),
    }
    made = right.get(field.type, st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), max_size=2))
    return st.one_of(st.none(), made, made, made, _TEXTS)


def answers_of(fields: tuple[Field, ...], campaign: Campaign) -> st.SearchStrategy[dict[str, Any]]:
    """Answers to some of these fields."""
    parts: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields:
        if field.type == "repeat":
            parts[field.id] = st.lists(answers_of(field.fields, campaign), max_size=3)
        elif field.type not in ("group", "note", "calculate"):
            parts[field.id] = values(field, campaign)
    made = st.fixed_dictionaries({}, optional=parts)
    for field in fields:
        if field.type == "group":
            made = st.tuples(made, answers_of(field.fields, campaign)).map(lambda two: {**two[0], **two[1]})
    return made


def is_right(view: FieldView, answer: object, campaign: Campaign, form: Form) -> bool:
    """Whether an answer is one that its input can show: of its type, and one of the choices."""
    try:
        to_answer(view.field, answer)
    except ValueRefusedError:
        return False
    if view.field.choices is None:
        return True
    ids = {choice.id for choice in campaign.choices[view.field.choices]}
    return set(answer if isinstance(answer, list) else [answer]) <= ids


@pytest.mark.parametrize(("name", "form_id"), FORMS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_answers_are_unchanged_by_a_form(name: str, form_id: str, data: st.DataObject) -> None:
    campaign = CAMPAIGNS[name]
    form = campaign.form(form_id)
    answers = data.draw(answers_of(form.fields, campaign))
    canonical = compute_answers(form, answers)
    view = FormView(form, campaign, answers, lang="zh_CN")
    for repeat in view.repeats().values():
        for row in repeat.rows:
            if not isinstance(row, FixedRow):  # those stand open
                row.open()
    assert view.answers == canonical
    assert view.problems == check_answers(form, campaign, canonical, complete=True)
    for item, _ in view.views():
        if not isinstance(item, FieldView) or item.input is None:
            continue
        stored = item.holder.get(item.field.id)
        if stored is not None and is_right(item, stored, campaign, form):
            read = to_answer(item.field, item.input.read())
            same = sorted(read) == sorted(stored) if isinstance(stored, list) else read == stored
            assert same, (item.path, stored, read)
