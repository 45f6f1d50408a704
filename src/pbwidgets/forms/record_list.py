"""A list to work through: searched, sorted and shown page by page, with rows to tick, open and put in order.

The server searches and sorts, so a page holds one table with few rows and two widgets, however long the list is.
What the person asks for is one JSON object in a field that nobody sees: ``lists.js`` writes it whenever a head, a
box or a page is clicked. It says how the list should be, not what was clicked, so that the last message is enough;
and nothing in it is trusted.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import count
from math import ceil
from typing import Any, Final

import ipywidgets as w

from pbwidgets.forms.elements import Cell, cell_markup, markup, plain_layout, stack
from pbwidgets.wording import say

PAGE_ROWS: Final = 50
"""Rows shown at once."""
_NOTHING: Final = ("", "–")
"""Texts of cells that say nothing; a column of them is not drawn."""
_DRAWN: Final = count(1)
"""Makes each drawing another text: a box that was ticked in the browser is drawn as it is here all the same."""


@dataclass(frozen=True)
class ListColumn:
    """One column: its id, its heading, and whether the list can be sorted by it."""

    name: str
    words: str
    sorts: bool = True


@dataclass(frozen=True)
class ListRow:
    """One row.

    Attributes
    ----------
    key
        What is ticked and opened; unique in the list.
    cells
        What is shown, one for each column.
    values
        What the columns are sorted by, of one type in each column; None comes last. By default the text.
    name
        What the row is called where it stands alone; by default the text of its first cell.
    tick
        Whether it can be ticked. A row that is ticked already can always be unticked.
    link
        Address that its first cell leads to in a new tab; on this page the row opens in place.
    """

    key: str
    cells: tuple[str | Cell, ...]
    values: tuple[Any, ...] = ()
    name: str = ""
    tick: bool = True
    link: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Text of each cell."""
        return tuple(cell if isinstance(cell, str) else cell.text for cell in self.cells)

    @property
    def called(self) -> str:
        """What the row is called."""
        return self.name or self.words[0]


@dataclass(frozen=True)
class _Asked:
    """How the list should be, as far as the message can be read.

    ``seq`` is the number of the message: the browser goes on from its own newest one until that is answered.
    ``drawn`` is the drawing that the person saw: boxes that were ticked on an older one are drawn again.
    """

    sort: str = ""
    down: bool = False
    page: int = 1
    ticked: tuple[str, ...] = ()
    all: bool = False
    open: str = ""
    seq: int = 0
    drawn: str = ""

    @classmethod
    def read(cls, text: str) -> "_Asked":
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(given, dict):
            return cls()
        ticked, page, seq = given.get("ticked"), given.get("page"), given.get("seq")
        return cls(
            sort=str(given.get("sort", "")),
            down=given.get("down") is True,
            page=page if isinstance(page, int) else 1,
            ticked=tuple(dict.fromkeys(map(str, ticked))) if isinstance(ticked, list) else (),
            all=given.get("all") is True,
            open=str(given.get("open", "")),
            seq=seq if isinstance(seq, int) else 0,
            drawn=str(given.get("drawn", "")),
        )

    def write(self) -> str:
        names = ("sort", "down", "page", "ticked", "seq")
        kept = {name: getattr(self, name) for name in names}
        return json.dumps(kept, ensure_ascii=False)


@dataclass(frozen=True)
class ListUse:
    """What can be done with a list.

    Attributes
    ----------
    on_open
        Called with the key of a row that is opened in place; None: rows are links.
    on_tick
        Called after rows were ticked or unticked. None: there are no boxes.
    most
        How many may be ticked; None for any number.
    on_full
        Called when one more was ticked than may be; it is not ticked.
    ordered
        Whether the ticked rows are a list of their own above the table, in an order that can be changed.
    """

    on_open: Callable[[str], None] | None = None
    on_tick: Callable[[], None] | None = None
    most: int | None = None
    on_full: Callable[[], None] = field(default=lambda: None)
    ordered: bool = False


class RecordList:
    """The list; see the module.

    Parameters
    ----------
    columns
        Columns in order; the first names the row.
    lang
        ``zh_CN`` or ``en``.
    use
        What can be done with it.
    empty
        Words shown if no row fits.

    Attributes
    ----------
    box
        The list.
    search
        The field to search in, to be put beside other filters; a list of few rows can do without.
    """

    def __init__(
        self, columns: Sequence[ListColumn], lang: str, use: ListUse | None = None, *, empty: str = ""
    ) -> None:
        self._columns, self._lang, self._use, self._empty = tuple(columns), lang, use or ListUse(), empty
        self._rows: dict[str, ListRow] = {}
        self._asked = _Asked()
        self._focus = self._drawn = ""
        self.search = w.Text(
            description=say("forms.list_search", lang),
            placeholder=say("forms.list_search_hint", lang),
            layout=plain_layout(),
        )
        self.search.add_class("pb-input")
        self.search.add_class("pb-list-search")
        self.search.observe(lambda _: self._ask(page=1), names="value")
        self._field = w.Text("", layout=plain_layout())
        for name in ("pb-gone", "pb-list-asked"):
            self._field.add_class(name)
        self._field.observe(lambda change: self._hear(change["new"]), names="value")
        self._count, self._order, self._table = markup("", "pb-list-count"), markup(""), markup("")
        self.box = stack(self._count, self._order, self._table, self._field)
        self.box.add_class("pb-list")

    # -- what is in it ---------------------------------------------------------------------------------

    def show(self, rows: Sequence[ListRow], *, first_page: bool = False) -> None:
        """Show these rows; what is searched, sorted, ticked and shown stays as it was, as far as it is there."""
        self._rows = {row.key: row for row in rows}
        kept = tuple(key for key in self._asked.ticked if key in self._rows)
        self._ask(ticked=kept, page=1 if first_page else self._asked.page)

    def matched(self) -> tuple[ListRow, ...]:
        """All rows that fit what is searched for, in the order of the list."""
        wanted = self.search.value.casefold().split()
        rows = [
            row
            for row in self._rows.values()
            if all(word in " ".join((row.key, *row.words)).casefold() for word in wanted)
        ]
        names = [column.name for column in self._columns if column.sorts]
        if self._asked.sort in names:
            at = [column.name for column in self._columns].index(self._asked.sort)
            valued = [row for row in rows if _value(row, at) is not None]
            valued.sort(key=lambda row: _value(row, at), reverse=self._asked.down)
            rows = valued + [row for row in rows if _value(row, at) is None]
        return tuple(rows)

    @property
    def ticked(self) -> tuple[str, ...]:
        """Keys of the ticked rows, in the order in which they were ticked or put."""
        return self._asked.ticked

    def tick(self, keys: Sequence[str]) -> None:
        """Tick exactly these rows."""
        self._ask(ticked=tuple(key for key in keys if key in self._rows))

    def allow(self, most: int | None) -> None:
        """Change how many may be ticked."""
        self._use = replace(self._use, most=most)

    def focus(self, key: str = "") -> None:
        """Let the keyboard go on from a row, which is brought into view, or from the beginning of the list."""
        keys = [row.key for row in self.matched()]
        self._focus = f"open:{key}" if key else "begin"
        self._ask(page=keys.index(key) // PAGE_ROWS + 1 if key in keys else self._asked.page)

    # -- what is asked for -----------------------------------------------------------------------------

    def _ask(self, **changes: Any) -> None:
        """Show the list with these changes, and let the browser know."""
        self._asked = replace(self._asked, **changes)
        self._draw()
        self._field.value = self._asked.write()

    def _hear(self, text: str) -> None:
        """Follow what the browser asks for; what is not in the list is passed over."""
        if text == self._asked.write():
            return
        asked, before = _Asked.read(text), self._asked
        ticked = self._allowed(asked)
        self._asked = replace(asked, ticked=ticked, all=False, open="", drawn="")
        is_other = self._asked != replace(before, ticked=ticked, seq=asked.seq)
        if is_other or ticked != asked.ticked or asked.drawn != self._drawn or self._use.ordered:
            self._draw()
        else:
            self._say_count()
        self._field.value = self._asked.write()
        if ticked != before.ticked and self._use.on_tick is not None:
            self._use.on_tick()
        if len(asked.ticked) > len(ticked) == self._use.most:
            self._use.on_full()
        if asked.open in self._rows and self._use.on_open is not None:
            self._use.on_open(asked.open)

    def _allowed(self, asked: _Asked) -> tuple[str, ...]:
        if self._use.on_tick is None:
            return ()
        wanted = [*asked.ticked, *(row.key for row in self.matched())] if asked.all else asked.ticked
        before = set(self._asked.ticked)
        ticked = [key for key in wanted if key in before or (key in self._rows and self._rows[key].tick)]
        return tuple(dict.fromkeys(ticked))[: self._use.most]

    # -- drawing ---------------------------------------------------------------------------------------

    def _draw(self) -> None:
        rows = self.matched()
        pages = max(ceil(len(rows) / PAGE_ROWS), 1)
        self._asked = replace(self._asked, page=min(max(self._asked.page, 1), pages))
        first = (self._asked.page - 1) * PAGE_ROWS
        shown = rows[first : first + PAGE_ROWS]
        self._say_count()
        self._order.value = self._order_markup() if self._use.ordered else ""
        if not shown:
            self._table.value = (
                f'<p class="pb-text pb-quiet">{escape(self._empty)}</p>' if self._empty else ""
            )
            return
        told = [at for at in range(len(self._columns)) if any(row.words[at] not in _NOTHING for row in rows)]
        self._drawn = str(next(_DRAWN))
        heads = "".join(self._head(self._columns[at]) for at in told)
        body = "".join(self._row(row, told) for row in shown)
        made = (
            f'<div class="pb-scroll" data-drawn="{self._drawn}"><table class="pb-table pb-list-table">'
            f"<thead><tr>{self._box_of_page(shown)}{heads}</tr></thead><tbody>{body}</tbody></table></div>"
            f"{self._pager(pages, len(rows), len(shown))}"
        )
        self._table.value, self._focus = self._lead(made), ""

    def _lead(self, made: str) -> str:
        """The table, in which ``arrivals.js`` leads the keyboard to what was asked for, or else to the beginning."""
        name = f'data-at="{escape(self._focus, quote=True)}"'
        if not self._focus:
            return made
        if name in made:
            return made.replace(name, f'{name} data-led-to="center"', 1)
        return made.replace("data-at=", 'data-led-to="still" data-at=', 1)

    def _say_count(self) -> None:
        rows = self.matched()
        first = (self._asked.page - 1) * PAGE_ROWS
        last = min(first + PAGE_ROWS, len(rows))
        words = say("forms.list_count", self._lang, count=len(rows), first=min(first + 1, last), last=last)
        if self._use.on_tick is not None and self._asked.ticked:
            words += say("forms.list_ticked", self._lang, count=len(self._asked.ticked))
            hidden = set(self._asked.ticked) - {row.key for row in rows}
            if hidden:
                words += say("forms.list_ticked_hidden", self._lang, count=len(hidden))
        counted = f'<p class="pb-text" role="status">{escape(words)}</p>'
        self._count.value = counted if self._rows or not self._empty else ""

    def _head(self, column: ListColumn) -> str:
        if not column.sorts:
            return f'<th scope="col">{escape(column.words)}</th>'
        sorted_ = column.name == self._asked.sort
        way = ("descending" if self._asked.down else "ascending") if sorted_ else "none"
        sign = ("▼" if self._asked.down else "▲") if sorted_ else ""
        name = escape(column.name, quote=True)
        return (
            f'<th scope="col" aria-sort="{way}"><button type="button" data-sort="{name}" data-at="sort:{name}">'
            f'{escape(column.words)}<span aria-hidden="true">{sign}</span></button></th>'
        )

    def _box_of_page(self, shown: Sequence[ListRow]) -> str:
        if self._use.on_tick is None:
            return ""
        if self._use.most is not None or self._use.ordered:
            return f'<th scope="col">{escape(say("forms.list_tick", self._lang))}</th>'
        done = {row.key for row in shown if row.tick} <= set(self._asked.ticked)
        words = escape(say("forms.list_tick_page", self._lang))
        return (
            f'<th scope="col"><label><input type="checkbox" data-tick-page data-at="page-box"'
            f"{' checked' if done else ''}><span>{words}</span></label></th>"
        )

    def _row(self, row: ListRow, told: Sequence[int]) -> str:
        """One row, with the columns that say anything."""
        cells = list(row.cells)
        key = escape(row.key, quote=True)
        if row.link:
            first = cells[0] if isinstance(cells[0], Cell) else Cell(cells[0])
            cells[0] = replace(first, link=row.link)
        made = "".join(cell_markup(cells[at], self._columns[at].words) for at in told)
        if row.link:
            opens = " data-open" if self._use.on_open is not None else ""
            made = made.replace("<a ", f'<a data-at="open:{key}"{opens} ', 1)
        closed = "" if row.tick else ' class="pb-closed"'
        return f'<tr data-key="{key}"{closed}>{self._box(row)}{made}</tr>'

    def _box(self, row: ListRow) -> str:
        if self._use.on_tick is None:
            return ""
        is_ticked = row.key in self._asked.ticked
        state = (" checked" if is_ticked else "") + ("" if row.tick or is_ticked else " disabled")
        at = escape(f"tick:{row.key}", quote=True)
        words = escape(say("forms.list_tick_row", self._lang, name=row.called), quote=True)
        head = escape(say("forms.list_tick", self._lang), quote=True)
        return (
            f'<td class="pb-list-box" data-label="{head}">'
            f'<label><input type="checkbox" data-tick data-at="{at}" aria-label="{words}"{state}></label></td>'
        )

    def _pager(self, pages: int, matched: int, shown: int) -> str:
        parts = []
        if pages > 1:
            here = self._asked.page
            parts += [self._page_button("before", here - 1, here > 1)]
            parts.append(f"<span>{escape(say('forms.list_page', self._lang, page=here, pages=pages))}</span>")
            parts += [self._page_button("after", here + 1, here < pages)]
        if self._use.on_tick is not None and self._use.most is None and not self._use.ordered:
            if matched > shown:
                parts.append(
                    _button("all", "data-tick-all", say("forms.list_tick_all", self._lang, count=matched))
                )
            parts.append(_button("none", "data-tick-none", say("forms.list_tick_none", self._lang)))
        return f'<nav class="pb-pager">{"".join(parts)}</nav>' if parts else ""

    def _page_button(self, name: str, page: int, is_there: bool) -> str:
        words = say(f"forms.list_{name}", self._lang)
        return _button(name, f'data-page="{page}"{"" if is_there else " disabled"}', words)

    def _order_markup(self) -> str:
        """The ticked rows in their order, each with its buttons."""
        keys = self._asked.ticked
        if not keys:
            return ""
        items = []
        for at, key in enumerate(keys):
            name = self._rows[key].called
            buttons = "".join(
                f'<button type="button" data-key="{escape(key, quote=True)}" {what}'
                f' data-at="{escape(f"{way}:{key}", quote=True)}"'
                f' aria-label="{escape(say(f"forms.list_{way}", self._lang, name=name), quote=True)}"'
                f"{' disabled' if shut else ''}>{sign}</button>"
                for way, what, sign, shut in (
                    ("up", 'data-move="-1"', "▲", at == 0),
                    ("down", 'data-move="1"', "▼", at + 1 == len(keys)),
                    ("off", "data-untick", "✕", False),
                )
            )
            items.append(f"<li><div><span>{escape(name)}</span>{buttons}</div></li>")
        return f'<ol class="pb-list-order">{"".join(items)}</ol>'


def _value(row: ListRow, at: int) -> Any:
    return row.values[at] if row.values else row.words[at]


def _button(name: str, what: str, words: str) -> str:
    return f'<button type="button" {what} data-at="{name}">{escape(words)}</button>'
