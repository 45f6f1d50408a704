"""The queue: filters with counts, the matching submissions as a list to tick, and going through them one by one."""

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.downloads import download_link
from pbwidgets.apps.pages.ground.state_words import day_words, form_name, level_name, state_words
from pbwidgets.apps.pages.review.walk import CaseWalk
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign.model import MOST_RETURN_DAYS
from pbwidgets.errors import PbError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell, plain_layout
from pbwidgets.forms.record_list import ListColumn, ListRow, ListUse, RecordList
from pbwidgets.forms.typed_text import TypedText
from pbwidgets.store import SubmissionKey
from pbwidgets.wording import number
from pbwidgets.workflows.review.acceptance import Correction
from pbwidgets.workflows.review.batches import Batch, accept_submissions, plan_batch, return_submissions
from pbwidgets.workflows.review.queue import STAGES, export_queue, review_queue

MOST_REFUSED = 20
"""Refusals of a batch that are listed one by one."""
Row = Mapping[Any, Any]


def count_parents(queue: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Name and code of the units above those in a queue, each with its number of submissions."""
    counts = Counter(zip(queue["parent_code"], queue["parent_name"], strict=True))
    return [(name, code, count) for (code, name), count in sorted(counts.items()) if code]


def key_of_row(visit: Visit, row: Row) -> SubmissionKey:
    """Key of the submission in a row of the queue."""
    return visit.opened.submission_key(row["form_id"], row["unit_code"], int(row["occurrence"]))


def difference_cell(row: Row) -> Cell:
    """By how much the visitor's marks are above or below those of the layer before."""
    found = row["difference"]
    words = "–" if found is None else f"{'+' if found > 0 else ''}{number(found)}"
    return Cell(words, tone="warn" if found else None, align="right")


def mark_cells(visit: Visit, row: Row) -> tuple[Cell, Cell, Cell]:
    """How many lines are marked, the points given, and the difference from the layer before."""
    marks = visit.words("review.marks_given", given=row["marked"], wanted=row["lines"])
    done = row["lines"] and row["marked"] == row["lines"]
    points = "–" if row["points"] is None else number(row["points"])
    return (
        Cell(marks if row["lines"] else "–", tone="good" if done else None),
        Cell(points, align="right"),
        difference_cell(row),
    )


def show_list(visit: Visit) -> w.Widget:
    """The visitor's queue."""
    return ReviewList(visit).box


class ReviewList:
    """The queue, or one submission in its place while it is open."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.walk: CaseWalk | None = None
        self._dialog = elements.stack()
        self._download = w.HTML(layout=plain_layout())
        self.list = RecordList(
            [
                ListColumn(name, visit.words(f"review.{name}"), sorts=name != "note")
                for name in ("unit", "parent", "form", "state", "handed_in", "waiting", "marks", "given",
                             "difference", "note")
            ],
            visit.lang,
            ListUse(on_open=self._open_row, on_tick=self._show_actions),
            empty=visit.words("review.empty"),
        )  # fmt: skip
        self._load()
        self.stage = self._dropdown("stage", self._stages())
        self.form = self._dropdown("form", self._forms())
        self.parent = self._dropdown("parent", self._parents())
        self.stage.value = "mine" if (self._queue["stage"] == "mine").any() else ""
        for name in ("form", "parent"):
            asked, widget = visit.place.get(name), getattr(self, name)
            if asked in [value for _, value in widget.options]:
                widget.value = asked
        for widget in (self.stage, self.form, self.parent):
            widget.observe(lambda _: self._show(first_page=True), names="value")
        self.start = elements.button(
            visit.words("review.start"), visit.attempt(lambda: self._open(0)), "primary"
        )
        self.accept = elements.button("", visit.attempt(self._ask_accept))
        self.send_back = elements.button("", visit.attempt(self._ask_return))
        self.save = elements.button(visit.words("review.to_excel"), visit.attempt(self._save))
        self._head = [
            elements.row(self.stage, self.form, self.parent, self.list.search),
            elements.row(self.start, self.accept, self.send_back, self.save, self._download),
        ]
        self.box = elements.stack()
        self._show_list()

    # -- the list --------------------------------------------------------------------------------------

    def rows(self) -> pd.DataFrame:
        """Rows that match the filters."""
        queue = self._queue
        kept = pd.Series(True, index=queue.index)
        for column, widget in (
            ("stage", self.stage), ("form_id", self.form), ("parent_code", self.parent),
        ):  # fmt: skip
            if widget.value:
                kept &= queue[column] == widget.value
        return queue[kept]

    def _load(self) -> None:
        self._queue = review_queue(self._visit.desk)
        self._by_key = {_row_key(row): row for row in self._queue.to_dict("records")}

    def _show_list(self) -> None:
        self.box.children = (*self._head, self._visit.messages, self._dialog, self.list.box)
        self._show()

    def _show(self, *, first_page: bool = False) -> None:
        self._dialog.children = ()
        self._download.value = ""
        self.list.show([self._row(row) for row in self.rows().to_dict("records")], first_page=first_page)
        self._show_actions()

    def _show_actions(self) -> None:
        visit, count = self._visit, len(self.list.ticked)
        may_act = visit.actor.role != "leader"
        for made, name in ((self.accept, "accept_ticked"), (self.send_back, "return_ticked")):
            made.description = visit.words(f"review.{name}", count=count)
            made.disabled = not count or not may_act
        self.start.disabled = not self.list.matched()

    def _row(self, row: Row) -> ListRow:
        visit = self._visit
        notes = [
            visit.words(f"review.note_{name}") for name in ("amendment", "stale", "recused") if row[name]
        ]
        marks, points, difference = mark_cells(visit, row)
        cells = (
            row["unit_name"],
            row["parent_name"],
            form_name(visit, row["form_id"]),
            state_words(visit, row["state"]),
            day_words(visit, row["submitted_at"]),
            Cell(self._waiting(row), tone="accent" if row["stage"] == "mine" else None),
            marks,
            points,
            difference,
            Cell("、".join(notes), tone="warn" if notes else None),
        )
        share = row["marked"] / row["lines"] if row["lines"] else None
        values = (
            row["unit_code"], row["parent_code"], row["form_id"], row["state"], row["submitted_at"],
            (-STAGES.index(row["stage"]), row["days_waiting"] or 0), share, row["points"], row["difference"], None,
        )  # fmt: skip
        place = {"form": row["form_id"], "unit": row["unit_code"], "occurrence": str(row["occurrence"])}
        name = f"{row['unit_name']} · {cells[2]}"
        return ListRow(_row_key(row), cells, values, name=name, link=visit.link("review", **place))

    def _waiting(self, row: Row) -> str:
        if row["stage"] == "filler" or row["stage"] == "done":
            return self._visit.words(f"review.stage_{row['stage']}")
        level = level_name(self._visit, row["level"])
        if not row["days_waiting"]:
            return self._visit.words("review.waits_today", level=level)
        return self._visit.words("review.waits_for", level=level, days=row["days_waiting"])

    # -- filters ---------------------------------------------------------------------------------------

    def _dropdown(self, name: str, options: list[tuple[str, str]]) -> w.Dropdown:
        words = self._visit.words(f"review.filter_{name}")
        made = w.Dropdown(options=options, value="", description=words, layout=plain_layout())
        made.add_class("pb-input")
        return made

    def _stages(self) -> list[tuple[str, str]]:
        counts = self._queue["stage"].value_counts()
        names = [(self._visit.words(f"review.stage_{stage}"), stage) for stage in STAGES if stage in counts]
        return self._counted([(words, stage, int(counts[stage])) for words, stage in names])

    def _forms(self) -> list[tuple[str, str]]:
        counts = self._queue["form_id"].value_counts()
        forms = self._visit.opened.campaign.forms
        return self._counted(
            [
                (form.name.words(self._visit.lang), form.id, int(counts[form.id]))
                for form in forms
                if form.id in counts
            ]
        )

    def _parents(self) -> list[tuple[str, str]]:
        return self._counted(count_parents(self._queue))

    def _counted(self, items: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
        everything = self._visit.words("review.all", count=len(self._queue))
        return [(everything, ""), *((f"{words}（{count}）", value) for words, value, count in items)]

    # -- many at once ----------------------------------------------------------------------------------

    def _seen(self) -> dict[SubmissionKey, int]:
        """Ticked submissions, each with the version that the page shows."""
        rows = [self._by_key[key] for key in self.list.ticked]
        return {key_of_row(self._visit, row): int(row["version"]) for row in rows}

    def _ask_accept(self) -> None:
        """Say what would be accepted and what cannot be, to be confirmed."""
        visit = self._visit
        batch, seen = self._plan()
        counted = Counter((key.form_id, level) for key, level in batch.ready.items())
        lines = [
            visit.words(
                "review.accept_line",
                form=form_name(visit, form_id), level=level_name(visit, level), count=count,
            )
            for (form_id, level), count in counted.items()
        ]  # fmt: skip
        ready = [
            row for row in map(self._by_key.get, self.list.ticked) if row and key_of_row(visit, row) in seen
        ]
        open_marks = sum(row["marked"] < row["lines"] for row in ready)
        if open_marks:
            lines.append(visit.words("review.accept_unmarked", count=open_marks))

        def accept() -> None:
            self._finish(accept_submissions(visit.desk, seen), "review.accepted_many")

        self._ask("accept", lines, batch, self._retry(accept, self._ask_accept))

    def _ask_return(self) -> None:
        """Ask for the reason why the ticked submissions are returned, and say which cannot be."""
        visit = self._visit
        batch, seen = self._plan()
        self.reason = TypedText(
            description=visit.words("review.return_reason"), lang=visit.lang, rows=2, layout=plain_layout()
        )
        self.days = w.BoundedIntText(
            value=visit.opened.campaign.return_days,
            min=0,
            max=MOST_RETURN_DAYS,
            description=visit.words("review.return_days"),
            layout=plain_layout(),
        )
        for made in (self.reason, self.days):
            made.add_class("pb-input")

        def send_back() -> None:
            wanted = Correction(self.reason.value, days=int(self.days.value))
            self._finish(return_submissions(visit.desk, seen, wanted), "review.returned_many")

        lines = [visit.words("review.return_line", count=len(seen))]
        self._ask("return", lines, batch, visit.attempt(send_back), self.reason, self.days)

    def _plan(self) -> tuple[Batch, dict[SubmissionKey, int]]:
        """What can be done with the ticked submissions; those for which it is possible, with their versions."""
        seen = self._seen()
        batch = plan_batch(self._visit.desk, seen)
        return batch, {key: seen[key] for key in batch.ready}

    def _retry(self, call: Callable[[], None], again: Callable[[], None]) -> Callable[[], None]:
        """Callback that shows what is possible now if something has changed since it was asked."""

        def tried() -> None:
            try:
                call()
            except PbError as error:
                self._load()
                again()
                raise error

        return self._visit.attempt(tried)

    def _ask(
        self, name: str, lines: Sequence[str], batch: Batch, confirmed: Callable[[], None], *fields: w.Widget
    ) -> None:
        visit, count = self._visit, len(batch.ready)
        visit.messages.clear()
        cancel = elements.button(visit.words("review.cancel"), self._cancel)
        parts: list[w.Widget] = []
        if count:
            look: elements.Look = "primary" if name == "accept" else "danger"
            self.confirm = elements.button(
                visit.words(f"review.{name}_confirm", count=count), confirmed, look
            )
            self.confirm.add_class("pb-key-ctrl-enter")
            parts += [elements.paragraph("\n".join(lines)), *fields, elements.row(self.confirm, cancel)]
        if batch.refused:
            parts += self._refusals(batch)
        if not count:
            parts.append(cancel)
        card = elements.card(*parts, title=visit.words(f"review.{name}_ticked", count=len(self.list.ticked)))
        card.add_class("pb-dialog")
        self._dialog.children = (card,)

    def _refusals(self, batch: Batch) -> list[w.Widget]:
        visit = self._visit
        rows = [
            (visit.unit_name(key.unit_code), form_name(visit, key.form_id), error.message(visit.lang))
            for key, error in list(batch.refused.items())[:MOST_REFUSED]
        ]
        names = ("unit", "form", "why_not")
        return [
            elements.notice("warn", visit.words("review.cannot", count=len(batch.refused))),
            elements.table([visit.words(f"review.{name}") for name in names], rows),
        ]

    def _cancel(self) -> None:
        self._dialog.children = ()
        self.list.focus()

    def _finish(self, count: int, said: str) -> None:
        self.list.tick(())
        self._refresh()
        self.list.focus()
        self._visit.messages.say("good", self._visit.words(said, count=count))

    def _refresh(self) -> None:
        self._load()
        for widget, options in (
            (self.stage, self._stages()), (self.form, self._forms()), (self.parent, self._parents()),
        ):  # fmt: skip
            chosen = widget.value
            widget.options = options
            widget.value = chosen if chosen in [value for _, value in options] else ""
        self._show()

    def _save(self) -> None:
        """Offer the ticked rows, or all that are listed, as a workbook."""
        visit = self._visit
        keys = self.list.ticked or [row.key for row in self.list.matched()]
        chosen = [key_of_row(visit, self._by_key[key]) for key in keys]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{visit.words('review.view_list')}.xlsx"
            count = export_queue(visit.desk, chosen, path)
            link = download_link(visit, visit.words("review.download_list", count=count), path)
        self._download.value = link.value
        link.close()

    # -- one after the other ---------------------------------------------------------------------------

    def _open_row(self, key: str) -> None:
        keys = [row.key for row in self.list.matched()]
        self._visit.attempt(lambda: self._open(keys.index(key)))()

    def _open(self, at: int) -> None:
        """Show the submission at a position of the queue, which stays as it was when going through it began."""
        keys = [key_of_row(self._visit, self._by_key[row.key]) for row in self.list.matched()]
        self._visit.messages.clear()
        self.walk = CaseWalk(self._visit, keys, at, self._return)
        self.box.children = (self.walk.box,)

    def _return(self) -> None:
        self._visit.messages.clear()
        last = None if self.walk is None else self.walk.key
        if self.walk is not None:
            self.walk.leave()
        self._load()
        self._show_list()
        self._refresh()
        if last is not None:
            self.list.focus(f"{last.form_id}|{last.unit_code}|{last.occurrence}")


def _row_key(row: Row) -> str:
    return f"{row['form_id']}|{row['unit_code']}|{row['occurrence']}"
