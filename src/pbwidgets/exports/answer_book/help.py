"""What is said above a column: whether it must be filled in, with what, within what, and when."""

from collections.abc import Iterator
from typing import Final

from pbwidgets.campaign import Campaign, Field, Form, parse
from pbwidgets.campaign.expression_tree import Node
from pbwidgets.campaign.names import UNIT_KIND, named_places
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.exports.answer_book.layout import Column
from pbwidgets.wording import number, say

_DIGITS: Final = 10
_COMPARED: Final = {"=": "is", "!=": "is_not", "<": "below", "<=": "most", ">": "above", ">=": "least"}


def heading_of(field: Field, lang: str) -> str:
    """Label with the unit of measurement, and an asterisk if it must be filled in."""
    label = field.label.words(lang)
    if field.unit is not None:
        label = say("exchange.label_with_unit", lang, label=label, unit=field.unit.words(lang))
    return f"{label} *" if field.required or field.min_count else label


def help_of(column: Column, form: Form, campaign: Campaign, lang: str) -> str:
    """Help for a field's column, in a few words; empty for one that says what a row is about."""
    field = column.field
    if field is None:
        return ""
    parts = [*_of_kind(field, column, lang), *_of_bounds(field, lang)]
    if field.hint is not None and column.is_filled:
        parts.append(field.hint.words(lang))
    if field.constraint_message is not None:
        parts.append(field.constraint_message.words(lang))
    for part in (*column.section, field):
        if part.relevant is not None:
            condition = word_condition(parse(part.relevant).tree, form, campaign, lang)
            parts.append(
                say("exchange.only_if", lang, condition=condition)
                if condition
                else say("exchange.only_sometimes", lang)
            )
    return say("exchange.help_glue", lang).join(dict.fromkeys(parts))


def _of_kind(field: Field, column: Column, lang: str) -> Iterator[str]:
    if column.is_repeat:
        yield say("exchange.rows_apart", lang, label=field.label.words(lang))
        if field.may_be_none:
            yield say("exchange.none_if", lang)
        return
    if field.required:
        yield say("exchange.required", lang)
    code = "files_online" if field.type in UPLOADS else field.type
    yield say(f"exchange.kind_{code}", lang)


def _of_bounds(field: Field, lang: str) -> Iterator[str]:
    low, high = (
        None if bound is None else number(bound, _DIGITS) for bound in (field.minimum, field.maximum)
    )
    if low is not None and high is not None:
        yield say("exchange.from_to", lang, low=low, high=high)
    elif low is not None:
        yield say("exchange.at_least", lang, low=low)
    elif high is not None:
        yield say("exchange.at_most", lang, high=high)
    if field.max_length is not None:
        yield say("exchange.longest", lang, limit=field.max_length)


def word_condition(tree: Node, form: Form, campaign: Campaign, lang: str) -> str:
    """A condition in words, with the labels of fields and options; empty if it is too involved for that."""
    if tree.symbol in ("and", "or"):
        parts = [word_condition(part, form, campaign, lang) for part in tree.parts]
        return say(f"exchange.{tree.symbol}", lang, one=parts[0], other=parts[1]) if all(parts) else ""
    if tree.symbol == "selected":
        name, value = tree.parts
        return _word_comparison("has", name, value, form, campaign, lang)
    if tree.symbol in _COMPARED:
        return _word_comparison(_COMPARED[tree.symbol], tree.parts[0], tree.parts[1], form, campaign, lang)
    return ""


def _word_comparison(code: str, name: Node, value: Node, form: Form, campaign: Campaign, lang: str) -> str:
    if name.symbol != "$" or value.symbol != "literal" or value.value == "":
        return ""
    if name.value == UNIT_KIND:
        kinds = {kind.id: kind.name.words(lang) for kind in campaign.unit_kinds}
        said = kinds.get(str(value.value), str(value.value))
        return say(f"exchange.{code}", lang, label=say("exchange.unit_kind", lang), value=said)
    field = _find_field(form, str(name.value))
    if field is None:
        return ""
    options = {
        choice.id: choice.label.words(lang) for choice in campaign.choices.get(field.choices or "", ())
    }
    said = number(value.value, _DIGITS) if isinstance(value.value, float) else str(value.value)
    return say(f"exchange.{code}", lang, label=field.label.words(lang), value=options.get(said, said))


def _find_field(form: Form, name: str) -> Field | None:
    """Field that an expression names, outside repeats or in one."""
    place = named_places(form).get(name)
    if place is not None:
        return place.field
    return next((field for path, field in form.leaves() if path.endswith(f"/{name}")), None)
