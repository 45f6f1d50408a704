"""The sheets cover the whole campaign, and every heading and fixed value has words in both languages."""

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
from babel.messages.pofile import read_po
from pydantic import BaseModel

import pbwidgets.campaign.workbook
from pbwidgets.campaign.model import Campaign, Text
from pbwidgets.campaign.rules import Rule
from pbwidgets.campaign.translation import bare, keys_of, models_in
from pbwidgets.campaign.workbook.guide import STEPS, column_help
from pbwidgets.campaign.workbook.pages import heading_reader
from pbwidgets.campaign.workbook.sheets import Kind, tables, value_words
from pbwidgets.wording import LANGUAGES, has_words


def values_in(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Paths of everything that a campaign file can say, lists without indices."""
    for name, field in keys_of(model).items():
        inner = list(models_in(bare(field.annotation))) or list(_models_in_lists(field.annotation))
        here = (*path, name)
        if not inner or inner == [Text]:
            yield here
        else:
            for part in inner:
                if part is not model:
                    yield from values_in(part, here)


def _models_in_lists(annotation: Any) -> Iterator[type[BaseModel]]:
    plain = bare(annotation)
    if get_origin(plain) in (tuple, dict):
        for part in get_args(plain):
            yield from models_in(part) if get_origin(bare(part)) is not tuple else _models_in_lists(part)
    elif get_origin(plain) in (Union, types.UnionType):
        for part in get_args(plain):
            yield from _models_in_lists(part)


def test_everything_that_a_campaign_file_can_say_has_a_cell() -> None:
    covered = {
        (*table.path, *(column.path[:-1] if column.kind == "words" else column.path))
        for table in tables()
        for column in table.columns
        if not column.is_reference
    }
    said = set(values_in(Campaign, ()))
    # the list of choices stands in the cell of the type, as in XLSForm; a row has a state and no steps
    steps = {("forms", "fields", "life", "steps", key) for key in ("field", "name", "within_days", "when")}
    assert said - covered == {("forms", "fields", "choices"), *steps}


def test_every_argument_of_every_rule_has_a_column_that_names_the_rule() -> None:
    columns = {column.path: column for table in tables() for column in table.columns if column.rules}
    for model in models_in(Rule):
        (name,) = get_args(model.model_fields["name"].annotation)
        for argument, field in model.model_fields.items():
            if argument != "name" and not list(_models_in_lists(field.annotation)):
                assert name in columns[("rule", argument)].rules


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.key)
def test_every_sheet_and_heading_has_words_and_no_two_are_the_same(table: Any) -> None:
    assert has_words(f"workbook.sheet.{table.key}"), "add the sheet's name to workbook.po"
    assert has_words(f"workbook.holds.{table.key}"), "add what the sheet holds to workbook.po"
    for lang in LANGUAGES:
        labels = [table.label(column, lang) for column in table.columns]
        assert len(set(labels)) == len(labels)
        assert len(table.title(lang)) <= 31
    without = [
        column.word
        for column in table.columns
        if not has_words(f"workbook.column.{column.word}")
        and not has_words(f"workbook.column.{table.key}.{column.word}")
    ]
    assert without == [], "add these headings to workbook.po"
    for column in table.columns:
        read = heading_reader(table)
        assert {read(column.head), *(read(table.label(column, lang) + " *") for lang in LANGUAGES)} == {
            column
        }


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.key)
def test_every_fixed_value_has_its_own_words(table: Any) -> None:
    for column in table.columns:
        if column.kind == "choice" and column.options != (1,):
            for lang in LANGUAGES:
                words = [value_words(column, option, lang) for option in column.options]
                assert len(set(words)) == len(words)
            plain = [
                option
                for option in column.options
                if not has_words(f"workbook.value.{option}")
                and not has_words(f"workbook.value.{column.word}.{option}")
            ]
            assert plain == [], f"add words for these values of {column.word} to workbook.po"


def test_every_rule_is_explained() -> None:
    names = [get_args(model.model_fields["name"].annotation)[0] for model in models_in(Rule)]
    assert [name for name in names if not has_words(f"workbook.does.{name}")] == []


def test_help_says_form_values_default_and_rules() -> None:
    criteria = next(table for table in tables() if table.key == "criteria")
    floor = next(column for column in criteria.columns if column.path == ("rule", "floor"))
    said = column_help(criteria, floor, "zh_CN")
    assert "少一项扣分" in said
    assert "不填即为：0" in said


def test_no_words_are_left_over() -> None:
    path = Path(pbwidgets.campaign.workbook.__file__).parent
    source = "".join(module.read_text(encoding="utf-8") for module in path.glob("*.py"))
    with (path.parents[1] / "locale" / "zh_CN" / "workbook.po").open("rb") as file:
        codes = {str(message.id).removesuffix(".remedy") for message in read_po(file) if message.id}
    written = set(re.findall(r'"(workbook\.[a-z_0-9]+)"', source))
    made = {f"workbook.{prefix}_{rest}" for prefix, rests in COMPOSED.items() for rest in rests}
    for table in tables():
        made |= {f"workbook.sheet.{table.key}", f"workbook.holds.{table.key}"}
        for column in table.columns:
            for name in (column.word, f"{table.key}.{column.word}"):
                made |= {f"workbook.column.{name}", f"workbook.help.{name}"}
            for option in (*column.options, "true", "false"):
                made |= {f"workbook.value.{option}", f"workbook.value.{column.word}.{option}"}
                made |= {f"workbook.does.{option}"} if column.path == ("rule", "name") else set()
    assert sorted(codes - written - made) == []


COMPOSED = {
    "words": ("zh", "en"),
    "form": ("item", "content", "key", "help"),
    "kind": get_args(Kind),
    "step": tuple(range(1, STEPS + 1)),
}


def test_whole_means_something_else_for_a_heading_than_for_a_step() -> None:
    columns = {column.word: column for table in tables() for column in table.columns}
    assert value_words(columns["rule.parts"], "whole", "zh_CN") == "不扣分"
    assert value_words(columns["settle.missing"], "whole", "zh_CN") == "缺一项即整项缺"
