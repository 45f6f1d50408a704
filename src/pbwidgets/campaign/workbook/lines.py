"""A campaign with one track, made of the lines of its score sheet in the words of whoever writes them.

Lines are rows of the workbook's sheet of criteria, under the same headings, so that every rule and every check of
a campaign is there at once. Ids are made of the words; what a mistake says is put back into them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from hashlib import sha256
from math import inf
from typing import Any, Final

from pbwidgets.campaign.findings import spelling
from pbwidgets.campaign.model import Campaign
from pbwidgets.campaign.reader import validate
from pbwidgets.campaign.workbook.cells import straighten
from pbwidgets.campaign.workbook.gathering import gather
from pbwidgets.campaign.workbook.pages import IGNORED, Page, Row, heading_reader
from pbwidgets.campaign.workbook.reading import ABOUT_SPELLING, problems_of
from pbwidgets.campaign.workbook.sheets import Column, table_at
from pbwidgets.errors import Problem, ProblemsError
from pbwidgets.intake.workbook import Cell
from pbwidgets.wording import LANGUAGES, say

Keys = tuple[str, ...]

SHEET: Final = "sheet"
"""Id of the campaign, its track and its form."""
GROUP: Final = "group"
"""Kind of unit above the units: the groups that they are compared in, and those who nominate."""
_LINES: Final = ("tracks", "criteria")
_OF_RULES: Final = ("bands", "options", "cases", "factors")
_LISTS: Final = (*((*_LINES, "rule", name) for name in _OF_RULES), (*_LINES, "anchors"))
"""Lists inside a line, which a workbook has on sheets of their own."""
_UNIT: Final = ("measures", "unit")
_UNITS: Final = ("unit", "计量单位")
"""Unit of measurement of what a line counts, which a workbook has beside the measure."""
_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_MADE_ID: Final = re.compile(r"x[0-9a-f]{10}")
_NUMBER: Final = re.compile(r"\D*\d+")
_LACK: Final = ("_lacks", ".missing_key")
_NAMED: Final = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_ITEMS: Final = re.compile(r"\s*[;；\n]\s*")
_PARTS: Final = re.compile(r"\s*[:：]\s*")


def campaign_of_lines(
    lines: Iterable[Any],
    *,
    places: int | None,
    ties: Sequence[str],
    group: str | None,
    digits: int,
    title: str,
) -> Campaign:
    """Campaign with one track, one form whose fields are the measures that lines name, and one layer of marks.

    Parameters
    ----------
    lines
        A mapping for each line: values by key of the campaign file or heading of the workbook; ``line`` is its
        name, and ``unit`` the unit of what it counts. Measures, headings, sources and ties are named in any words.
    places, ties, digits
        Of the track.
    group
        Name of the kind of unit above; the units below one are a group for means and ranks. None: one group.
    title
        Name of the campaign and its track.

    Raises
    ------
    ProblemsError
        With everything that is wrong, by line and heading.
    """
    draft = _Draft(title or say("lines.title"))
    draft.take_lines(lines)
    settings = {"places": Cell("places", places), "rounding.digits": Cell("digits", digits)}
    draft.add(("tracks",), {"id": Cell("", SHEET), **settings})
    for tie in ties:
        draft.take_tie(str(tie))
    return draft.finish(group)


def to_id(words: str) -> str:
    """Id of any words, always the same: the words themselves where they are an id, else made of their hash.

    >>> to_id("visits"), to_id(" 走访")
    ('visits', 'x08dfdafbb6')
    """
    plain = straighten(words)
    return plain if _ID.fullmatch(plain) else f"x{sha256(plain.encode()).hexdigest()[:10]}"


def is_missing(value: Any) -> bool:
    """Whether a cell says nothing: None, a number or date that is none, a blank text."""
    return value is None or str(value).strip() in ("", "nan", "NaT", "<NA>")


@dataclass
class _Draft:
    """A sheet being read: rows by sheet of the workbook, ids with the words they stand for, mistakes."""

    title: str
    rows: dict[Keys, list[Row]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # by id
    ids: dict[str, str] = field(default_factory=dict)  # of lines, by name and by id
    measures: dict[str, str] = field(default_factory=dict)  # unit of measurement by id
    options: dict[str, dict[str, None]] = field(default_factory=dict)  # ids by measure
    sources: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take_lines(self, lines: Iterable[Any]) -> None:
        """All lines; they name each other, so their names are read first."""
        name_column, id_column = _column("name"), _column("id")
        found, number = [], 0
        for number, line in enumerate(lines, start=1):
            place = say("lines.line", number=number)
            if not isinstance(line, Mapping):
                self._report("campaign.want_mapping", place, at=place, value=str(line))
                continue
            given = self._find_columns(line, place)
            name = str(given.get(name_column, given.get(id_column, ""))).strip()
            if not name:
                self._report("campaign.missing_key", place, at=place, key="line")
                continue
            made = self._name(str(given.get(id_column, name)))
            self.words[made] = name
            self.ids |= {straighten(name): made, made: made}
            place = say("lines.named", number=number, name=name)
            found.append((place, {**given, name_column: name, id_column: made}))
        if not number:
            raise ProblemsError([Problem("lines.none", self.title)])
        for place, given in found:
            measure = given.get(_column("rule.measure"))
            cells = {"track": Cell(place, SHEET)}
            for column, value in given.items():
                if isinstance(column, Column):
                    part = say("lines.part", place=place, part=_table().label(column))
                    here = place if column in (name_column, id_column) else part
                    cells[column.head] = Cell(here, self._plain(column, value, here))
                elif column != _UNIT:
                    self._take_list(column, value, given, place)
            if measure is not None:
                self.measures[self._measure(str(measure))] = str(given.get(_UNIT, ""))
            self.add(_LINES, cells)

    def take_tie(self, tie: str) -> None:
        """A line or heading that breaks ties."""
        made = self._find_line(tie, "campaign.unknown_criterion", "ties", at="ties")
        if made is not None:
            self.add(
                ("tracks", "tie_breaks"), {"track": Cell("ties", SHEET), "criterion": Cell("ties", made)}
            )

    def finish(self, group: str | None) -> Campaign:
        """The campaign, or everything that is wrong with it."""
        pages = {}
        for path, rows in self.rows.items():
            table = table_at(path)
            pages[table.key] = Page(self.title, table, tuple(rows))
        gathered = gather(pages, self.title)
        campaign, findings = validate(self._complete(gathered.data["tracks"][0], group))
        found = problems_of(findings, gathered, pages, self.title, gathered.problems)
        if self.problems:  # what a line lacks may only be what could not be read of it
            spoiled = {"", *map(self._line_of, self.problems)}
            found = [one for one in found if not (one.code.endswith(_LACK) and self._line_of(one) in spoiled)]
        every = [*self.problems, *gathered.problems, *found]
        if every or campaign is None:
            raise ProblemsError([self._in_words(problem) for problem in every])
        return campaign

    def add(self, path: Keys, cells: Mapping[str, Cell]) -> None:
        """A row of a sheet of the workbook."""
        read = _reader(path)
        row = {column: cell for head, cell in cells.items() if (column := read(head)) is not None}
        self.rows.setdefault(path, []).append(Row(0, row))

    def _line_of(self, problem: Problem) -> str:
        """Beginning of a place, up to the number of the line."""
        number = _NUMBER.match(problem.place.removeprefix(f"{self.title}!"))
        return number[0] if number else ""

    def _report(self, code: str, place: str, **args: Any) -> None:
        self.problems.append(Problem(code, self.title, place, args))

    def _in_words(self, problem: Problem) -> Problem:
        """The problem with words in place of the ids that were made of them."""
        args = dict(problem.args)
        for key, value in args.items():
            if isinstance(value, str):
                args[key] = _MADE_ID.sub(lambda made: self.words.get(made[0], made[0]), value)
        place = problem.place.removeprefix(f"{self.title}!")
        if args.get("at") == _table().label(_column("id")):
            args["at"] = place
        if problem.code in ABOUT_SPELLING and args["value"].isascii():  # whoever writes ids is shown ids
            options = [column.options for column in _table().columns if _table().label(column) == args["at"]]
            args |= spelling(args["value"], map(str, options[0]))
        return Problem(problem.code, self.title, place, args)

    def _name(self, words: str) -> str:
        self.words.setdefault(to_id(words), words.strip())
        return to_id(words)

    def _measure(self, words: str) -> str:
        self.measures.setdefault(self._name(words), "")
        return to_id(words)

    def _find_line(self, words: str, code: str, place: str, **args: Any) -> str | None:
        made = self.ids.get(straighten(words))
        if made is None:
            known = [self.words[one] for one in dict.fromkeys(self.ids.values())]
            self._report(code, place, **args, **spelling(words, known))
        return made

    def _find_columns(self, line: Mapping[str, Any], place: str) -> dict[Any, Any]:
        """What a line says by column, or by the path of a list inside it; what is missing is left out."""
        read, table = _reader(_LINES), _table()
        heads = dict.fromkeys(("line", *map(table.title, LANGUAGES)), "name")
        lists = {name: path for path in _LISTS for name in _names_of(path)} | dict.fromkeys(_UNITS, _UNIT)
        found: dict[Any, Any] = {}
        for key, value in _flatten(line):
            head = heads.get(key, key)
            column = lists.get(key) or read(head) or read(f"rule.{head}")
            if column is not None:
                found[column] = value
            elif not key.startswith(IGNORED):
                short = (column.word.removeprefix("rule.") for column in table.columns)
                labels = (table.title(), *map(table.label, table.columns))
                allowed = ("line", *short, "unit", *_OF_RULES, "anchors") if key.isascii() else labels
                self._report("workbook.unknown_column", place, **spelling(key, allowed))
        return found

    def _plain(self, column: Column, value: Any, place: str) -> Any:
        """The value as a cell holds it, with ids in place of words."""
        if column.word == "heading":
            args = {"column": _table().label(column), "sheet": _table().title()}
            return self._find_line(str(value), "workbook.unknown_reference", place, **args)
        if column.word == "rule.measure":
            return self._measure(str(value))
        if column.kind == "expression":
            return _NAMED.sub(lambda found: f"${{{self._measure(found[1])}}}", str(value))
        if column.word == "sources":
            parts = re.split(r"[,，、;；]", value) if isinstance(value, str) else value
            value = [self._name(str(part)) for part in parts]
            self.sources |= dict.fromkeys(value)
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def _take_list(self, path: Keys, value: Any, given: Mapping[Any, Any], place: str) -> None:
        table = table_at(path)
        columns = [column for column in table.columns if not column.is_reference]
        here = say("lines.part", place=place, part=table.title())
        for item in _ITEMS.split(value.strip("; ；")) if isinstance(value, str) else value:
            parts = _PARTS.split(item) if isinstance(item, str) else item
            if isinstance(parts, Mapping):
                parts = [_pick(parts, column) for column in columns]
            if not isinstance(parts, list | tuple) or len(parts) > len(columns):
                self._report("campaign.want_list", here, at=table.title(), value=str(item))
                continue
            cells = {
                column.head: Cell(here, self._plain_part(column, part, given))
                for column, part in zip(columns, parts, strict=False)
            }
            self.add(path, {"criterion": Cell(here, given[_column("id")]), **cells})

    def _plain_part(self, column: Column, part: Any, given: Mapping[Any, Any]) -> Any:
        """Part of an item of a list, with ids in place of words; options belong to the measure of the line."""
        if column.kind == "expression" and part is not None:
            return _NAMED.sub(lambda found: f"${{{self._measure(found[1])}}}", str(part))
        if column.path == ("choice",) and part is not None:
            made = self._name(str(part))
            self.options.setdefault(to_id(str(given.get(_column("rule.measure"), ""))), {})[made] = None
            return made
        return part

    def _type_of(self, measure: str) -> dict[str, str]:
        """Type of the field that a measure is read from."""
        return {"type": "select_one", "choices": measure} if measure in self.options else {"type": "decimal"}

    def _complete(self, track: dict[str, Any], group: str | None) -> dict[str, Any]:
        """Data of the campaign around the track."""
        title, year = _same(self.title), date.today().year
        lines = list(_leaves(track.get("criteria", ())))
        for line in lines:
            if line.get("rule", {}).get("name") == "capped_deduction":
                line.setdefault("points", 0)
        sources = [{"id": made, "name": _same(self.words[made])} for made in self.sources]
        named = [(made, _same(self.words[made])) for made in self.measures]
        units = [_same(unit) if unit else None for unit in self.measures.values()]
        fields = [{"id": made, "label": words, **self._type_of(made)} for made, words in named]
        choices = {
            made: [{"id": option, "label": _same(self.words[option])} for option in options]
            for made, options in self.options.items()
        }
        forms = [{"id": SHEET, "name": title, "unit_kind": "unit", "reviewed": False, "fields": fields}]
        within = {"id": GROUP, "name": _words("within", group=group or ""), "ancestor_kind": GROUP}
        return {
            "format": 1,
            "id": SHEET,
            "name": title,
            "summary": title,
            "unit_kinds": [
                {"id": GROUP, "name": _same(group) if group else _words("above")},
                {"id": "unit", "name": _words("unit"), "parents": [GROUP]},
            ],
            "partition_by": GROUP,
            "periods": [{"id": str(year), "begins": date(year, 1, 1), "ends": date(year, 12, 31)}],
            "review_levels": [{"id": "reviewers", "name": _words("reviewers"), "unit_kind": GROUP}],
            "counts_from": "submitted",
            "layers": [{"id": "marks", "name": _words("marks"), "level": "reviewers"}],
            "choices": choices,
            "forms": forms if fields else [],
            "measures": [
                {
                    "id": made,
                    "name": words,
                    "form": SHEET,
                    "field": made,
                    "unit": unit,
                    "aggregate": "chosen" if made in self.options else "latest",
                }
                for (made, words), unit in zip(named, units, strict=True)
            ],
            "tracks": [
                {
                    **track,
                    "name": title,
                    "unit_kind": "unit",
                    "forms": [SHEET] if fields else [],
                    "layers": [{"id": "marks", "sources": sources}],
                    "base_points": sum(map(_points_of, track.get("criteria", ()))),
                    **({"group": GROUP, "ranks_within": [within]} if group else {}),
                }
            ],
        }


def _pick(parts: Mapping[str, Any], column: Column) -> Any:
    """Value of a column in a mapping; words may stand for both languages."""
    value = parts.get(column.path[0])
    return value.get(column.path[-1]) if isinstance(value, Mapping) else value


def _flatten(line: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Keys and values, those of a mapping inside under ``rule.points``; what is missing is left out."""
    for key, value in line.items():
        name = f"{above}{str(key).strip()}"
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{name}.")
        elif not is_missing(value):
            yield name, value


_reader = cache(lambda path: heading_reader(table_at(path)))
_table = partial(table_at, _LINES)


def _column(word: str) -> Column:
    return next(column for column in _table().columns if column.word == word)


def _names_of(path: Keys) -> tuple[str, ...]:
    table = table_at(path)
    return (table.key, f"rule.{table.key}", *map(table.title, LANGUAGES))


def _leaves(criteria: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in criteria:
        if "criteria" in item:
            yield from _leaves(item["criteria"])
        else:
            yield item


def _points_of(item: dict[str, Any]) -> float:
    """Points of a line or heading that are no bonus; what is no number counts nothing."""
    if "criteria" not in item:
        return 0.0 if item.get("bonus") else _to_number(item.get("points"), 0.0)
    settle = item.get("settle", {})
    below = sum(map(_points_of, item["criteria"]))
    return min(_to_number(settle.get("base"), 0.0) + below, _to_number(settle.get("ceiling"), inf))


def _to_number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def _same(text: str) -> dict[str, str]:
    return {"zh": text.strip(), "en": text.strip()}


def _words(code: str, **args: str) -> dict[str, str]:
    return {key: say(f"lines.{code}", lang, **args) for key, lang in (("zh", "zh_CN"), ("en", "en"))}
