"""The grid of the board: units and forms, in colours and words, with filters."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.fields import fields
from pbwidgets.apps.pages.ground.state_words import form_name, part_words, state_words
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell
from pbwidgets.units import partitions, subtree
from pbwidgets.workflows.duties.due import DueLists
from pbwidgets.workflows.progress.grid import AGGREGATES_ONLY, TO_DO, progress_grid, units_in_view

MOST_ROWS: Final = 150
"""Maximum number of units shown at once; filters find the others."""

_SYMBOLS: Final = {
    "not_begun": ("○", "quiet"),
    "draft": ("✎", "warn"),
    "returned": ("↩", "warn"),
    "submitted": ("●", "accent"),
    "accepted": ("✔", "good"),
    "locked": ("■", "good"),
}
_FILTERS: Final = ("all", "to_do", "overdue", "returned", "submitted", "accepted", "not_on_time")


def progress_bars(visit: Visit, parts: pd.DataFrame) -> w.Widget:
    """Card with a bar for each form: how many of those owed were handed in.

    Parameters
    ----------
    parts
        Frame of :func:`pbwidgets.workflows.progress.grid.progress_by_part`.
    """
    sums = parts.groupby("form_id", sort=False)[["owed", "handed_in", "overdue"]].sum()
    bars = [
        elements.progress(
            row.handed_in / row.owed,
            visit.words(
                "board.bar",
                form=form_name(visit, str(form_id)),
                done=int(row.handed_in),
                owed=int(row.owed),
                overdue=int(row.overdue),
            ),
        ).value
        for form_id, row in sums.iterrows()
    ]
    return elements.card(elements.markup("".join(bars)), title=visit.words("board.progress"))


def standing_cell(visit: Visit, owed: dict[Any, Any]) -> Cell:
    """State of a form as a symbol, words and a colour, with a remark if it is not on time."""
    symbol, tone = _SYMBOLS[owed["state"].partition(":")[0]]
    remark = ""
    if owed["standing"] in ("overdue", "grace", "late"):
        remark = visit.words("board.remark", remark=visit.words(f"board.standing_{owed['standing']}"))
    tone = "error" if owed["standing"] == "overdue" else tone
    return Cell(f"{symbol} {state_words(visit, owed['state'])}{remark}", tone=tone)


class ProgressGrid:
    """The grid and its filters.

    Parameters
    ----------
    visit
        The visit.
    parts
        Frame of :func:`pbwidgets.workflows.progress.grid.progress_by_part`.
    due
        What is due in the campaign, of which each unit's numbers are shown.

    Attributes
    ----------
    view
        The card.
    part, form, standing, name
        The filters; an analyst's view has none.
    shown
        The tables.
    """

    def __init__(self, visit: Visit, parts: pd.DataFrame, due: DueLists) -> None:
        self._visit = visit
        self._parts = parts
        part_of = {
            str(code): part
            for code, part in partitions(visit.units, visit.opened.campaign.partition_by).items()
        }
        self._due_of_part, self._due_of_unit = due.count_below(part_of), due.count_below()
        names = () if visit.actor.role in AGGREGATES_ONLY else ("overdue", "due_soon")
        self._counted = [visit.words(f"standing.{name}") for name in names]
        self._codes = list(dict.fromkeys(parts["part_code"]))
        self.shown = elements.markup("")
        layout = elements.plain_layout()
        self._kind = part_words(visit, self._codes)
        every = visit.words("board.every_part")
        named = [(visit.unit_name(code), code) for code in self._codes]
        self.part = w.Dropdown(options=[(every, ""), *named], description=self._kind, layout=layout)
        forms = [(form_name(visit, form_id), form_id) for form_id in dict.fromkeys(parts["form_id"])]
        self.form = w.Dropdown(
            options=[(visit.words("board.every_form"), ""), *forms],
            description=visit.words("home.form"),
            layout=layout,
        )
        self.standing = w.Dropdown(
            options=[(visit.words(f"board.filter_{name}"), name) for name in _FILTERS],
            description=visit.words("home.state"),
            layout=layout,
        )
        self.name = w.Text(
            placeholder=visit.words("board.name_hint"),
            description=visit.words("home.unit"),
            continuous_update=False,
            layout=layout,
        )
        filters = () if visit.actor.role in AGGREGATES_ONLY else self._filters()
        asked = visit.place.get("part", "")
        if filters and asked in self._codes:
            self.part.value = asked
        for item in filters:
            item.observe(visit.attempt(lambda _: self._show()), "value")
        self._show()
        self.view = elements.card(fields(*filters), self.shown, title=visit.words("board.grid"))

    def _filters(self) -> tuple[w.Widget, ...]:
        several = (self.part,) if len(self._codes) > 1 else ()
        return (*several, self.form, self.standing, self.name)

    def _show(self) -> None:
        untouched = not (self.part.value or self.name.value or self.standing.value != "all")
        if self._visit.actor.role in AGGREGATES_ONLY or (untouched and len(self._codes) > 1):
            legend, tables = "board.legend_parts", [self._by_part().value]
        else:
            legend, tables = "board.legend", list(self._by_unit())
        explained = elements.paragraph(self._visit.words(legend), quiet=True).value
        self.shown.value = explained + "".join(tables)

    def _by_part(self) -> w.HTML:
        parts = self._parts
        if self.form.value:
            parts = parts[parts["form_id"] == self.form.value]
        forms = list(dict.fromkeys(parts["form_id"]))
        found = {(row["part_code"], row["form_id"]): row for row in parts.to_dict("records")}
        may_open = self._visit.actor.role not in AGGREGATES_ONLY
        rows = [
            (
                Cell(self._visit.unit_name(code), self._visit.link("board", part=code) if may_open else None),
                *self._count(self._due_of_part, code),
                *(self._part_cell(found.get((code, form_id))) for form_id in forms),
            )
            for code in self._codes
        ]
        columns = [self._kind, *self._counted, *(form_name(self._visit, form) for form in forms)]
        return elements.table(columns, rows, empty=self._visit.words("board.nothing_found"))

    def _count(self, found: Mapping[str, tuple[int, int]], code: str) -> Iterator[Cell]:
        """How much is overdue, and due soon, over all forms and checks."""
        for _, count, tone in zip(self._counted, found.get(code, (0, 0)), ("error", "warn"), strict=False):
            yield Cell(str(count), tone=tone if count else "quiet", align="right")

    def _part_cell(self, row: dict[Any, Any] | None) -> Cell:
        if row is None:
            return Cell("—", tone="quiet")
        share = f"{row['handed_in']}/{row['owed']}"
        if row["overdue"]:
            overdue = self._visit.words("board.count_overdue", count=row["overdue"])
            return Cell(self._visit.words("board.with_remark", text=share, remark=overdue), tone="error")
        done = row["handed_in"] == row["owed"]
        return Cell(f"✔ {share}" if done else f"○ {share}", tone="good" if done else "warn")

    def _by_unit(self) -> Iterator[str]:
        visit = self._visit
        owed = self._filtered(progress_grid(visit.desk))
        codes = list(dict.fromkeys(owed["unit_code"]))
        kept = owed[owed["unit_code"].isin(codes[:MOST_ROWS])]
        for kind in visit.opened.campaign.unit_kinds:
            of_kind = kept[kept["kind"] == kind.id]
            if len(of_kind):
                yield self._table_of(kind.name.words(visit.lang), of_kind).value
        if not codes:
            yield elements.paragraph(visit.words("board.nothing_found"), quiet=True).value
        if len(codes) > MOST_ROWS:
            more = visit.words("board.more", shown=MOST_ROWS, rest=len(codes) - MOST_ROWS)
            yield elements.paragraph(more, quiet=True).value

    def _table_of(self, kind: str, owed: pd.DataFrame) -> w.HTML:
        visit = self._visit
        forms = list(dict.fromkeys(owed["form_id"]))
        by_form = {
            (row["unit_code"], row["form_id"]): standing_cell(visit, row) for row in owed.to_dict("records")
        }
        rows: list[list[str | Cell]] = [
            [
                Cell(str(unit["unit_name"]), visit.link("board", unit=str(unit["unit_code"]))),
                visit.unit_name(unit["parent_code"]) if isinstance(unit["parent_code"], str) else "",
                *self._count(self._due_of_unit, str(unit["unit_code"])),
                *(by_form.get((unit["unit_code"], form), Cell("—", tone="quiet")) for form in forms),
            ]
            for unit in owed.drop_duplicates("unit_code").to_dict("records")
        ]
        columns = [
            visit.words("home.unit"),
            visit.words("home.upper"),
            *self._counted,
            *(form_name(visit, form) for form in forms),
        ]
        return elements.table(columns, rows, caption=kind)

    def _filtered(self, owed: pd.DataFrame) -> pd.DataFrame:
        keep = pd.Series(True, index=owed.index)
        if self.part.value:
            keep &= owed["unit_code"].isin(self._codes_below(self.part.value))
        if self.form.value:
            keep &= owed["form_id"] == self.form.value
        if self.name.value.strip():
            keep &= owed["unit_name"].str.contains(self.name.value.strip(), regex=False)
        chosen = self.standing.value
        if chosen == "to_do":
            keep &= owed["state"].isin(TO_DO)
        elif chosen == "overdue":
            keep &= owed["standing"] == "overdue"
        elif chosen == "not_on_time":
            keep &= owed["standing"].isin(["grace", "late"])
        elif chosen != "all":
            keep &= owed["state"].str.partition(":")[0] == chosen
        return owed[keep.astype(bool)]

    def _codes_below(self, part: str) -> set[str]:
        units = units_in_view(self._visit.desk)
        return set(subtree(units, part)["unit_code"])
