"""The queue: filters with counts, the matching submissions, and going through them one by one."""

from collections import Counter
from typing import Any

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.state_words import day_words, form_name, level_name, state_words
from pbwidgets.apps.pages.review.walk import CaseWalk
from pbwidgets.apps.visit import Visit
from pbwidgets.forms import elements
from pbwidgets.forms.elements import Cell, plain_layout
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.review.acceptance import accept_submissions
from pbwidgets.workflows.review.queue import STAGES, review_queue

MOST_ROWS = 60
"""Maximum number of rows shown; filters narrow the queue."""


def count_parents(queue: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Name and code of the units above those in a queue, each with its number of submissions."""
    counts = Counter(zip(queue["parent_code"], queue["parent_name"], strict=True))
    return [(name, code, count) for (code, name), count in sorted(counts.items()) if code]


def show_list(visit: Visit) -> w.Widget:
    """The visitor's queue."""
    return ReviewList(visit).box


class ReviewList:
    """The queue, or one submission in its place while it is open."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.walk: CaseWalk | None = None
        self._confirm = elements.stack()
        self._table = w.HTML(layout=plain_layout())
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
            widget.observe(lambda _: self._show(), names="value")
        self.start = elements.button(
            visit.words("review.start"), visit.attempt(lambda: self._open(0)), "primary"
        )
        self.accept_all = elements.button(visit.words("review.accept_all"), visit.attempt(self._ask_accept))
        self._head = [elements.row(self.stage, self.form, self.parent)]
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

    def _show_list(self) -> None:
        self.box.children = (
            *self._head,
            elements.row(self.start, self.accept_all),
            self._visit.messages,
            self._confirm,
            self._table,
        )
        self._show()

    def _show(self) -> None:
        rows = self.rows()
        self._confirm.children = ()
        self.start.disabled = rows.empty
        self.accept_all.disabled = not (rows["stage"] == "mine").any() or self._visit.actor.role == "leader"
        self._table.value = self._markup(rows)

    def _markup(self, rows: pd.DataFrame) -> str:
        visit = self._visit
        names = ("unit", "parent", "form", "state", "handed_in", "waiting", "marks", "note")
        table = elements.table(
            [visit.words(f"review.{name}") for name in names],
            [self._row(row) for row in rows.head(MOST_ROWS).to_dict("records")],
            caption=visit.words("review.count", shown=min(len(rows), MOST_ROWS), count=len(rows)),
            empty=visit.words("review.empty"),
        )
        shown = table.value
        table.close()
        return str(shown)

    def _row(self, row: dict[Any, Any]) -> tuple[str | Cell, ...]:
        visit = self._visit
        notes = [visit.words(f"review.note_{name}") for name in ("stale", "recused") if row[name]]
        place = {"form": row["form_id"], "unit": row["unit_code"], "occurrence": str(row["occurrence"])}
        marks = visit.words("review.marks_given", given=row["marked"], wanted=row["lines"])
        done = row["lines"] and row["marked"] == row["lines"]
        return (
            Cell(row["unit_name"], visit.link("review", **place)),
            row["parent_name"],
            form_name(visit, row["form_id"]),
            state_words(visit, row["state"]),
            day_words(visit, row["submitted_at"]),
            Cell(self._waiting(row), tone="accent" if row["stage"] == "mine" else None),
            Cell(marks if row["lines"] else "–", tone="good" if done else None),
            Cell("、".join(notes), tone="warn" if notes else None),
        )

    def _waiting(self, row: dict[Any, Any]) -> str:
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

    # -- accept all ------------------------------------------------------------------------------------

    def _ask_accept(self) -> None:
        """Show what would be accepted, to be confirmed."""
        visit, rows = self._visit, self.rows()
        mine = rows[rows["stage"] == "mine"]
        counted = Counter(zip(mine["form_id"], mine["level"], strict=True))
        lines = [
            visit.words(
                "review.accept_line",
                form=form_name(visit, form_id), level=level_name(visit, level), count=count,
            )
            for (form_id, level), count in counted.items()
        ]  # fmt: skip
        open_marks = int((mine["marked"] < mine["lines"]).sum())
        if open_marks:
            lines.append(visit.words("review.accept_unmarked", count=open_marks))
        confirm = elements.button(
            visit.words("review.accept_confirm", count=len(mine)),
            visit.attempt(lambda: self._accept(mine)),
            "primary",
        )
        cancel = elements.button(visit.words("review.cancel"), self._show)
        self._confirm.children = (
            elements.card(
                elements.paragraph("\n".join(lines)),
                elements.row(confirm, cancel),
                title=visit.words("review.accept_all"),
            ),
        )

    def _accept(self, mine: pd.DataFrame) -> None:
        visit = self._visit
        for level, rows in mine.groupby("level"):
            seen = {self._key(row): int(row["version"]) for row in rows.to_dict("records")}
            accept_submissions(visit.desk, seen, str(level))
        visit.messages.say("good", visit.words("review.accepted_many", count=len(mine)))
        self._refresh()

    def _refresh(self) -> None:
        self._load()
        for widget, options in (
            (self.stage, self._stages()), (self.form, self._forms()), (self.parent, self._parents()),
        ):  # fmt: skip
            chosen = widget.value
            widget.options = options
            widget.value = chosen if chosen in [value for _, value in options] else ""
        self._show()

    # -- one after the other ---------------------------------------------------------------------------

    def _key(self, row: dict[Any, Any]) -> SubmissionKey:
        campaign, period = self._visit.opened.campaign.id, self._visit.opened.period_id
        return SubmissionKey(campaign, period, row["form_id"], row["unit_code"], int(row["occurrence"]))

    def _open(self, at: int) -> None:
        """Show the submission at a position of the queue, which stays as it was when going through it began."""
        keys = [self._key(row) for row in self.rows().to_dict("records")]
        self._visit.messages.clear()
        self.walk = CaseWalk(self._visit, keys, at, self._return)
        self.box.children = (self.walk.box,)

    def _return(self) -> None:
        self._visit.messages.clear()
        if self.walk is not None:
            self.walk.leave()
        self._load()
        self._show_list()
        self._refresh()
