"""The documentation is complete: the house, the public names, the commands; and its links work."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import commands
import house
import missing
import pytest
import reference
from chinese import SearchPairs
from chromium import launch_chromium
from playwright.sync_api import sync_playwright
from pydantic import TypeAdapter
from ruamel.yaml import YAML
from sphinx.application import Sphinx

from pbwidgets.campaign import check_campaign
from pbwidgets.campaign.expressions import FUNCTIONS, parse
from pbwidgets.campaign.model import Choice, Criterion, Derived, Field
from pbwidgets.campaign.rules import Rule

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "outputs" / "README.md",
    *sorted((ROOT / "notebooks" / "guides").glob("*.md")),
]


# -- the house -----------------------------------------------------------------------------------------


def contracts(*more: dict[str, Any]) -> dict[str, Any]:
    whole = {"type": "layers", "containers": ["pbwidgets"], "layers": ["cli", "apps | batch", "store"]}
    return {"root_package": "pbwidgets", "contracts": [{"name": "Whole", **whole}, *more]}


def test_the_committed_picture_matches_the_contracts() -> None:
    drawn = house.draw_house(house.read_contracts())
    assert house.PICTURE.read_text(encoding="utf-8") == drawn, "draw it anew: make docs"


def test_every_room_of_the_contracts_is_in_the_picture() -> None:
    drawn = house.draw_house(contracts())
    assert re.findall(r'class="name"[^>]*>([^<]+)<', drawn) == ["cli", "apps", "batch", "store"]


def test_floors_of_a_room_are_drawn_inside_it() -> None:
    inner = {"name": "Store", "type": "layers", "containers": ["pbwidgets.store"], "layers": ["a", "b : (c)"]}
    deeper = {
        "name": "P",
        "type": "layers",
        "containers": ["pbwidgets.apps.pages"],
        "layers": ["fill | home"],
    }
    built = house.build_house(contracts(inner, deeper))
    _, (apps, _), (store,) = built.floors
    assert [[room.name for room in floor] for floor in store.floors] == [["a"], ["b", "c"]]
    ((pages,),) = apps.floors
    assert (pages.name, [room.name for room in pages.floors[0]]) == ("pages", ["fill", "home"])
    assert list(house.other_rules(contracts(inner))) == ["Store: these may import each other: b : (c)."]


def test_forbidden_imports_are_written_below() -> None:
    pure = {
        "name": "Pure",
        "type": "forbidden",
        "source_modules": ["pbwidgets.store"],
        "forbidden_modules": ["altair", "voila"],
    }
    assert list(house.other_rules(contracts(pure))) == ["Pure: store never import altair, voila."]


# -- what is missing -----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A source with a package that re-exports names of its modules, and a single-file module."""
    room = tmp_path / "pbwidgets" / "room"
    room.mkdir(parents=True)
    (tmp_path / "pbwidgets" / "__init__.py").write_text("")
    (tmp_path / "pbwidgets" / "single.py").write_text(
        "WIDTH = 3\n\n\ndef make():\n    return 1\n\n\n_own = 1\n"
    )
    (room / "__init__.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "from pbwidgets.room.inner import LIMIT, Thing, silent\n"
        "if TYPE_CHECKING:\n    from pbwidgets.room.slow import draw\n"
        '__all__ = ["LIMIT", "Thing", "draw", "gone", "silent"]\n'
    )
    (room / "inner.py").write_text(
        'LIMIT = 3\n"""Most of them."""\n\n\nclass Thing:\n    """A thing.\n\n    More.\n    """\n\n\n'
        "def silent():\n    return 1\n"
    )
    (room / "slow.py").write_text('def draw():\n    """Picture of a thing."""\n')
    return tmp_path


def test_public_names_without_an_entry_are_reported(small: Path) -> None:
    entries = reference.find_entries(small, small / "notebooks")
    assert reference.find_missing(entries) == [
        "pbwidgets.room.gone", "pbwidgets.room.silent", "pbwidgets.single.make",
    ]  # fmt: skip


def test_an_entry_has_the_docstring_from_the_definition(small: Path) -> None:
    entries = {item.name: item for item in reference.find_entries(small, small / "no")["pbwidgets.room"]}
    assert entries["LIMIT"] == reference.Entry("LIMIT", "data", "Most of them.")
    assert (entries["Thing"].kind, entries["Thing"].summary) == ("class", "A thing.")
    assert entries["draw"] == reference.Entry("draw", "function", "Picture of a thing.")


def test_a_lazily_imported_name_is_found(small: Path) -> None:
    (small / "pbwidgets" / "__init__.py").write_text(
        '__all__ = ["draw"]\n_LATE = {"draw": "room.slow"}\n\n\ndef __getattr__(name):\n    return _LATE[name]\n'
    )
    (entry,) = reference.find_entries(small, small / "no")["pbwidgets"]
    assert entry == reference.Entry("draw", "function", "Picture of a thing.")


def test_a_page_is_written_for_each_room(small: Path) -> None:
    (small / "pbwidgets" / "__init__.py").write_text('"""All."""\n__all__ = []\nNAME = 1\n"""A name."""\n')
    entries = reference.find_entries(small, small / "no") | {
        "pbwidgets": [reference.Entry("NAME", "data", "A.")]
    }
    reference.write_pages(small / "pages", entries)
    assert sorted(path.name for path in (small / "pages").iterdir()) == [
        "pbwidgets.rst", "room.rst", "single.rst",
    ]  # fmt: skip


def test_every_option_is_on_the_commands_page(tmp_path: Path) -> None:
    commands.write_page(tmp_path / "commands.md")
    page = (tmp_path / "commands.md").read_text(encoding="utf-8")
    options = {
        option
        for _, command in commands.find_commands()
        for item in command.params
        for option in item.opts
        if option.startswith("-")
    }
    assert len(options) > 30
    assert [option for option in sorted(options) if not re.search(rf"`[^`]*{option}\b", page)] == []


def test_what_a_notebook_imports_is_public(small: Path) -> None:
    code = '{"cells": [{"cell_type": "code", "source": ["from pbwidgets.room.inner import Thing"]}]}'
    (small / "guide.ipynb").write_text(code)
    assert [item.name for item in reference.find_entries(small, small)["pbwidgets.room.inner"]] == ["Thing"]


def test_a_command_counts_as_mentioned_only_by_its_whole_words() -> None:
    text = "`pbwidgets user add-many`; `pbwidgets user list`"
    assert missing.unnamed({"pbwidgets user add", "pbwidgets user list"}, text) == ["pbwidgets user add"]


def test_the_guides_miss_nothing() -> None:
    assert list(missing.find_missing()) == []


# -- pages ---------------------------------------------------------------------------------------------


def examples_in(guide: str) -> list[Any]:
    text = (ROOT / "notebooks" / "guides" / guide).read_text(encoding="utf-8")
    return [
        YAML(typ="safe", pure=True).load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    ]


def test_every_rule_has_a_correct_example() -> None:
    (listed,) = (block for block in examples_in("08_scoring_language.md") if isinstance(block, list))
    rules = TypeAdapter(list[Rule]).validate_python(listed)
    assert {f"`{rule.name}`" for rule in rules} == missing.named()["rule"]


def test_every_function_is_explained_and_the_derived_measure_of_the_guide_can_be_computed() -> None:
    text = (ROOT / "notebooks" / "guides" / "08_scoring_language.md").read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"`{name}(" not in text] == []
    (example,) = re.findall(r"`(\{id: held_pct.*\})`", text)
    item = Derived.model_validate(YAML(typ="safe", pure=True).load(example))
    assert parse(item.expression).evaluate({"held": 7, "due": 12}) == 58.3


def test_the_example_of_options_that_follow_an_answer_is_correct() -> None:
    (form,) = (block for block in examples_in("08_scoring_language.md") if "fields" in block)
    assert TypeAdapter(tuple[Field, ...]).validate_python(form["fields"])
    assert TypeAdapter(dict[str, tuple[Choice, ...]]).validate_python(form["choices"])


def test_the_campaign_of_the_guide_to_standards_is_right(tmp_path: Path) -> None:
    text = (ROOT / "notebooks" / "guides" / "13_standards.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "standards.yaml").write_text(example, encoding="utf-8")
    assert check_campaign(tmp_path / "standards.yaml") == ()


def test_the_example_of_a_settled_heading_is_one() -> None:
    (block,) = (block for block in examples_in("08_scoring_language.md") if "criteria" in block)
    (heading,) = TypeAdapter(tuple[Criterion, ...]).validate_python(block["criteria"])
    assert (heading.is_settled, heading.max_points) == (True, 20)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_and_picture_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if ":" not in link and not (page.parent / link).exists()] == []


def test_files_named_in_the_steps_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|notebooks|parameters)/[^`\s<>*]+)`", text)
    assert len(named) > 40
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_longer_chinese_word_is_found_by_its_parts() -> None:
    search = SearchPairs({})
    assert search.split("评分项 score_campaign，分") == ["评分", "分项", "score_campaign"]
    assert set(search.split("评分")) <= set(search.split("看评分项"))


@pytest.fixture(scope="module")
def few_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages built by Sphinx with our Chinese support."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "conf.py").write_text('extensions = ["myst_nb", "chinese"]\nlanguage = "zh_CN"\n')
    (folder / "index.md").write_text("# 目录\n\n```{toctree}\nscores\nplaces\n```\n", encoding="utf-8")
    (folder / "scores.md").write_text(
        "# 计分\n\n评委在零分到满分之间打分，\n可配评分参考。\n", encoding="utf-8"
    )
    (folder / "places.md").write_text("# 名额\n\n按最大余数法分配名额 by allotments\n", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Sphinx's own deprecations do not concern us
        Sphinx(folder, folder, folder / "html", folder / "trees", "html", status=None).build()
    return folder / "html"


def test_lines_of_chinese_are_joined_without_a_space(few_pages: Path) -> None:
    assert "打分，可配评分参考" in (few_pages / "scores.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def search(few_pages: Path) -> Iterator[Callable[[str], set[str]]]:
    """Titles of the pages that the search finds in a browser, from the disk."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        page = browser.new_page()

        def ask(asked: str) -> set[str]:
            page.goto(f"{(few_pages / 'search.html').as_uri()}?q={asked}")
            page.wait_for_function("document.querySelector('.search-summary')?.innerText.includes('搜索')")
            page.wait_for_timeout(200)  # results come one by one
            return {link.inner_text() for link in page.locator("ul.search li > a").all()}

        yield ask
        browser.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [("评分", {"计分"}), ("最大余数法", {"名额"}), ("打分名额", set()), ("allotment", {"名额"})],
)
def test_the_search_of_a_page_finds_chinese_and_english(
    search: Callable[[str], set[str]], asked: str, found: set[str]
) -> None:
    assert search(asked) == found
