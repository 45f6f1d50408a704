"""States of checks, unit by unit: a matrix of coloured cells, each with the sign or word of its state."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import altair as alt
import pandas as pd

from pbwidgets import palette
from pbwidgets.charts import theme
from pbwidgets.charts.cells import Cells, place_cell
from pbwidgets.charts.checked import (
    Checked,
    list_checked,
    map_states,
    rows_of_track,
    sign_of,
    split_columns,
    states_in,
    word_state,
)
from pbwidgets.charts.native import Cell, NativeTable, ink_on
from pbwidgets.charts.sheet import (
    BODY_BOTTOM,
    Panel,
    across,
    fit_text,
    heading_text,
    keys,
    put_on_sheet,
    rows_of,
    text_width,
    texts,
    wrap_text,
)
from pbwidgets.charts.view import View
from pbwidgets.scoring.coverage import agg_coverage
from pbwidgets.scoring.frames import NOT_BEGUN, REACHED

_NARROWEST: Final = 24.6
"""Least width of a column: a letter of the smallest size."""
_WIDEST: Final = 120.0
_WIDEST_NAME: Final = 250.0
_GROUP_HIGH: Final = 34.0
_LINE_HIGH: Final = 22.0
_FLAT_LINES: Final = 3
"""Most lines of names that lie; longer ones stand."""
_STANDING_LETTERS: Final = 6
_NATIVE_LETTERS: Final = 5
"""Most letters below each other, in the picture and on a slide, which has its title above."""
_MOST_ROWS: Final = 14
_QUOTES: Final = str.maketrans("", "", "“”‘’《》")
"""Signs that say little in a name whose letters stand below each other."""
_PAIRS: Final = re.compile(r"[0-9A-Za-z]{1,2}|\S")

Way: TypeAlias = Literal["lying", "stacked", "turned"]


@dataclass(frozen=True)
class _Plan:
    """What is drawn: all units and checks, the state of each, and which of them stand on which sheet."""

    names: Mapping[str, str]
    columns: list[Checked]
    states: Mapping[tuple[str, str, str], str]
    shown: list[str]
    sums: Mapping[str, str]
    runs: list[list[Checked]]
    blocks: list[list[str]]

    def sheet(self, page: int) -> tuple[list[Checked], list[str]]:
        """Columns and unit codes of one sheet, counted from 1; IndexError if there is none."""
        if not 1 <= page <= len(self.runs) * len(self.blocks):
            raise IndexError(f"page {page} of {len(self.runs) * len(self.blocks)}")
        block, run = divmod(page - 1, len(self.runs))
        return self.runs[run], self.blocks[block]

    def state(self, code: str, column: Checked) -> str:
        """State of a check of a unit; empty where the unit has no such check."""
        return self.states.get((code, *column.key), "")

    def pitch(self, columns: Sequence[Checked], view: View) -> float:
        """Width of a column."""
        return min((_sum_left(view, self.sums) - _cells_left(self.names)) / len(columns), _WIDEST)


def state_matrix(
    standings: pd.DataFrame, names: Mapping[str, str], view: View, *, page: int = 1
) -> alt.LayerChart:
    """States of all checks of a track, a row for each unit and a column for each check, under their headings.

    A cell has the colour of its state and its sign, or its word where there is room; the sum says how many are reached
    of those that apply. 14 units and 40 checks stand on one sheet; more are parted by heading.

    Parameters
    ----------
    standings
        Columns ``STANDINGS``; only rows of the view's track and of the units named are used.
    names
        Name of each unit by code, in the order of the rows.
    view
        What the chart is about.
    page
        Sheet, from 1, of :func:`pages_of`.
    """
    plan = _plan(standings, names, view)
    columns, codes = plan.sheet(page)
    layers = _draw(view, plan, columns, codes) if codes else []
    return put_on_sheet(
        layers,
        view,
        _title(view, plan),
        measure=view.say("coverage_bars.measure_unit"),
        note=_note(view, plan, page),
    )


def state_matrix_native(
    standings: pd.DataFrame, names: Mapping[str, str], view: View, *, page: int = 1
) -> NativeTable | None:
    """The same for a presentation: a table with coloured cells; None if there is no unit or check.

    Parameters
    ----------
    standings, names, view, page
        As for :func:`state_matrix`, with the same sheets.
    """
    plan = _plan(standings, names, view)
    columns, codes = plan.sheet(page)
    if not columns or not codes:
        return None
    pitch = plan.pitch(columns, view)
    heads, way, _ = _heads(columns, pitch, view)
    write = _writer(plan, pitch, view)
    return NativeTable(
        corner=view.counted,
        rows=tuple(plan.names[code] for code in codes),
        columns=tuple(
            column.name
            if way == "lying"
            else "".join(_stack(column.name, _NATIVE_LETTERS) if way == "stacked" else head)
            for head, column in zip(heads, columns, strict=True)
        ),
        values=tuple((None,) * len(columns) for _ in codes),
        cells=tuple(
            tuple(_cell(plan.state(code, column), write, view) for column in columns) for code in codes
        ),
        sums=tuple(plan.sums[code] for code in codes),
        sum_name=view.say("state_matrix.sum"),
        legend="　".join(_key_words(state, view) for state in plan.shown),
        note=_note(view, plan, page),
        title=_title(view, plan),
        groups=tuple(_groups(columns)),
        dense=True,
        heads=way,
    )


def pages_of(standings: pd.DataFrame, names: Mapping[str, str], view: View) -> int:
    """Number of sheets that the matrix takes."""
    plan = _plan(standings, names, view)
    return len(plan.runs) * len(plan.blocks)


def _plan(standings: pd.DataFrame, names: Mapping[str, str], view: View) -> _Plan:
    own = rows_of_track(standings, names, view)
    columns = list_checked(own, view)
    states = map_states(own)
    counts = agg_coverage(own, ["unit_code"])
    codes = [code for code in names if code in counts.index]
    reached, expected = (dict(zip(counts.index, counts[name], strict=True)) for name in (REACHED, "expected"))
    sums = {code: f"{reached[code]}/{expected[code]}" for code in codes}
    named = {code: names[code] for code in codes}
    width = _sum_left(view, sums) - _cells_left(named)
    runs = split_columns(columns, max(int(width / _NARROWEST), 1))
    size = -(-len(codes) // max(-(-len(codes) // _MOST_ROWS), 1)) or 1
    blocks = [codes[at : at + size] for at in range(0, len(codes), size)] or [[]]
    return _Plan(named, columns, states, states_in(own), sums, runs, blocks)


def _cells_left(names: Mapping[str, str]) -> float:
    widest = max([text_width(name) for name in names.values()], default=0.0)
    return theme.MARGIN + min(widest, _WIDEST_NAME) + 14


def _sum_left(view: View, sums: Mapping[str, str]) -> float:
    widest = max([text_width(text) for text in sums.values()], default=0.0)
    return (
        theme.WIDTH - theme.MARGIN - 12 - max(widest, text_width(view.say("state_matrix.sum"), theme.SMALL))
    )


def _title(view: View, plan: _Plan) -> str:
    return view.say("state_matrix.title", kind=view.counted, units=len(plan.names), checks=len(plan.columns))


def _note(view: View, plan: _Plan, page: int) -> str:
    columns, codes = plan.sheet(page)
    gaps = any(not plan.state(code, column) for code in codes for column in columns)
    said = [view.say("state_matrix.empty")] if gaps else []
    if len(plan.runs) * len(plan.blocks) > 1:
        every = list(plan.names)
        first, begin = every.index(codes[0]), plan.columns.index(columns[0])
        said.append(
            view.say(
                "state_matrix.part",
                first=first + 1,
                last=first + len(codes),
                begin=begin + 1,
                end=begin + len(columns),
                units=len(every),
                checks=len(plan.columns),
            )
        )
    return "  ".join(said)


def _groups(columns: Sequence[Checked]) -> list[tuple[str, int]]:
    """Headings and over how many columns each stands; none if no column has one."""
    made: list[tuple[str, int]] = []
    for column in columns:
        if made and made[-1][0] == column.heading:
            made[-1] = column.heading, made[-1][1] + 1
        else:
            made.append((column.heading, 1))
    return made if any(name for name, _ in made) else []


def _cell(state: str, write: Callable[[str, View], str], view: View) -> Cell:
    if not state:
        return Cell("", palette.WHITE, theme.INK)
    fill = theme.STANDING_COLOURS[state]
    return Cell(write(state, view), fill, ink_on(fill))


def _writer(plan: _Plan, pitch: float, view: View) -> Callable[[str, View], str]:
    """What stands in the cells: the words of states if there is room for all of them, else their signs."""
    roomy = all(text_width(word_state(state, view), theme.SMALL) <= pitch - 8 for state in plan.shown)
    return word_state if roomy else sign_of


# -- the sheet -------------------------------------------------------------------------------------------


def _draw(view: View, plan: _Plan, columns: list[Checked], codes: list[str]) -> list[alt.Chart]:
    layers, top = keys(
        [("square", theme.STANDING_COLOURS[state], _key_words(state, view)) for state in plan.shown]
    )
    left, pitch = _cells_left(plan.names), plan.pitch(columns, view)
    groups = _groups(columns)
    heads, way, high = _heads(columns, pitch, view)
    head_top = top + (_GROUP_HIGH if groups else 0)
    panel = Panel(
        theme.MARGIN,
        theme.WIDTH - theme.MARGIN,
        len(codes),
        top=head_top + high + 6,
        bottom=BODY_BOTTOM + 4,
        tallest=60,
    )
    grid = Cells(panel, len(columns), left, left + pitch * len(columns))
    return [
        *layers,
        *_draw_groups(groups, left, pitch, top),
        *_draw_heads(heads, left, pitch, (head_top, high), turned=way == "turned"),
        *_draw_cells(view, plan, columns, codes, grid, pitch),
        texts(
            [
                {"row": row, "text": fit_text(plan.names[code], left - theme.MARGIN - 12)}
                for row, code in enumerate(codes)
            ],
            panel, panel.left,
        ),
        texts(
            [{"row": row, "text": plan.sums[code]} for row, code in enumerate(codes)],
            panel, panel.right, align="right", bold=True,
        ),
        heading_text(view.say("state_matrix.sum"), panel.right, align="right", y=head_top + high - 10),
    ]  # fmt: skip


def _key_words(state: str, view: View) -> str:
    return view.say("state_matrix.key", sign=sign_of(state, view), words=word_state(state, view))


def _draw_cells(
    view: View, plan: _Plan, columns: list[Checked], codes: list[str], grid: Cells, pitch: float
) -> list[alt.Chart]:
    write = _writer(plan, pitch, view)
    drawn: dict[str, list[dict[str, Any]]] = {state: [] for state in plan.shown}
    said: list[dict[str, Any]] = []
    for row, code in enumerate(codes):
        for place, column in enumerate(columns):
            if state := plan.state(code, column):
                cell = place_cell(row, place)
                drawn[state].append(cell)
                said.append(
                    {
                        "row": row,
                        "middle": cell["middle"],
                        "state": state,
                        "text": write(state, view),
                        "ink": ink_on(theme.STANDING_COLOURS[state]),
                    }
                )
    cells = [
        grid.rectangles(found, fill=theme.STANDING_COLOURS[state], **_outline(state))
        for state, found in drawn.items()
        if found
    ]
    return [*cells, grid.labels(said)]


def _outline(state: str) -> dict[str, Any]:
    return {"stroke": theme.RULE, "strokeDash": [4, 3]} if state == NOT_BEGUN else {}


def _heads(columns: Sequence[Checked], pitch: float, view: View) -> tuple[list[list[str]], Way, float]:
    """Lines of the names above the columns, how they stand, and their height.

    They lie if they fit; else their letters stand below each other, or in English the whole is turned.
    """
    lying = [wrap_text(column.name, pitch - 6, theme.SMALL, 9) for column in columns]
    most = max(map(len, lying))
    if most <= _FLAT_LINES and not any("…" in line for lines in lying for line in lines):
        return lying, "lying", most * _LINE_HIGH
    if view.lang == "en":
        names = [fit_text(column.name, _STANDING_LETTERS * _LINE_HIGH, theme.SMALL) for column in columns]
        return [[name] for name in names], "turned", max(text_width(name, theme.SMALL) for name in names)
    stacks = [_stack(column.name, _STANDING_LETTERS) for column in columns]
    return stacks, "stacked", max(map(len, stacks)) * _LINE_HIGH


def _stack(name: str, most: int) -> list[str]:
    """Letters below each other, as many as have room; two figures stay together.

    >>> _stack("公示栏更新27", 6), _stack("组织设置15", 6)
    (['公', '示', '栏', '更', '新', '…'], ['组', '织', '设', '置', '15'])
    """
    lines = _PAIRS.findall(name.translate(_QUOTES))
    if sum(map(len, lines)) <= most:
        return lines
    while sum(map(len, lines)) >= most:
        lines.pop()
    return [*lines, "…"]


def _draw_heads(
    heads: Sequence[list[str]], left: float, pitch: float, place: tuple[float, float], *, turned: bool
) -> list[alt.Chart]:
    top, high = place
    rows = [
        {"x": left + (at + 0.5) * pitch, "text": lines[0] if turned else lines}
        for at, lines in enumerate(heads)
    ]
    made: alt.Chart = (
        alt.Chart(rows_of(rows))
        .mark_text(
            align="left" if turned else "center",
            angle=270 if turned else 0,
            fontSize=theme.SMALL,
            lineHeight=_LINE_HIGH,
            color=theme.INK,
        )
        .encode(
            x=across("x", (0, theme.WIDTH), 0, theme.WIDTH),
            y=alt.YValue(top + high if turned else top + _LINE_HIGH / 2),
            text=alt.Text("text:N"),
        )
    )
    return [made]


def _draw_groups(groups: Sequence[tuple[str, int]], left: float, pitch: float, top: float) -> list[alt.Chart]:
    """Headings above their columns, each over a line as long as they are wide."""
    rows: list[dict[str, Any]] = []
    begin = left
    for name, count in groups:
        wide = count * pitch
        shown = fit_text(name, wide - 6, theme.SMALL) if name else ""
        rows.append({"x": begin + 2, "x2": begin + wide - 2, "text": shown if len(shown) > 1 else ""})
        begin += wide
    place = (0, theme.WIDTH), 0, theme.WIDTH
    if not rows:
        return []
    line = (
        alt.Chart(rows_of([row for row in rows if row["x2"] > row["x"]]))
        .mark_rule(color=theme.QUIET, strokeWidth=1.5)
        .encode(x=across("x", *place), x2="x2:Q", y=alt.YValue(top + _GROUP_HIGH - 6))
    )
    words = (
        alt.Chart(rows_of([{**row, "x": (row["x"] + row["x2"]) / 2} for row in rows if row["text"]]))
        .mark_text(align="center", fontSize=theme.SMALL, fontWeight=700, color=theme.INK)
        .encode(x=across("x", *place), y=alt.YValue(top + 13), text=alt.Text("text:N"))
    )
    return [line, words]
