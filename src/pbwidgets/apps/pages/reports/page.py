"""The results: reports of the visitor's units with their files, which are out of date, and making them again."""

from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as w
import pandas as pd

from pbwidgets.apps.pages.ground.state_words import minute_words
from pbwidgets.apps.pages.reports.following import follow
from pbwidgets.apps.pages.reports.papers import paper_cards
from pbwidgets.apps.pages.reports.renewal import RenewalCard
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import RightsError
from pbwidgets.forms import elements
from pbwidgets.wording import default_language
from pbwidgets.workflows.ground.desk import find_tops, may_do
from pbwidgets.workflows.ground.workspace import today
from pbwidgets.workflows.reports.results import (
    ALL_REPORTS,
    NOT_MADE,
    STALE,
    list_results,
    own_score_sheet,
    records_changed,
    report_problems,
    visible_from,
)
from pbwidgets.workflows.reports.runs.manifest import DONE, FAILED
from pbwidgets.workflows.reports.runs.rerunning import find_run, start_reports

_TONES: Final = {DONE: "good", STALE: "warn", FAILED: "error", NOT_MADE: "quiet"}
_SHOWN: Final = (".html", ".pptx", ".docx", ".xlsx")
"""Types of files with their own link; the zip holds all files."""


def show_results(visit: Visit) -> w.Widget:
    """The reports that the visitor may read; for fillers the unit's own score sheet, once visible."""
    try:
        if visit.actor.role == "filler":
            return elements.stack(visit.messages, _own_sheet(visit))
        return ResultsPage(visit).widget
    except RightsError as error:
        return elements.notice("error", visit.refusal(error))


class ResultsPage:
    """Reports of the visitor's units."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.results = list_results(visit.desk)
        self.may_run = _may_run(visit)
        self.files = elements.stack()
        self.progress = elements.stack()
        reports = dict(zip(self.results["title"], self.results["report_id"], strict=True))
        self.report = w.Dropdown(
            options=list(reports.items()), description=visit.words("results.rerun_report"),
            style={"description_width": "initial"}, layout=elements.plain_layout(),
        )  # fmt: skip
        self.units = w.SelectMultiple(
            options=[], rows=6, description=visit.words("results.rerun_units"),
            style={"description_width": "initial"}, layout=elements.plain_layout(),
        )  # fmt: skip
        for field in (self.report, self.units):
            field.add_class("pb-field")
        self.due_button = elements.button("", visit.attempt(self.run_due), "primary")
        self.chosen_button = elements.button(
            visit.words("results.rerun_chosen"), visit.attempt(self.run_chosen)
        )
        self.look_button = elements.button(visit.words("results.rerun_look"), visit.attempt(self.look))
        self.report.observe(lambda _: self._chosen(), "value")
        rerun = elements.card(
            elements.row(self.report, self.units),
            elements.row(self.due_button, self.chosen_button, self.look_button),
            self.progress,
            title=visit.words("results.rerun"),
        )
        has_runs = self.may_run and len(self.results) > 0
        self.renewal = RenewalCard(visit, self.show) if has_runs else None
        cards = [self.renewal.view, rerun] if self.renewal else []
        self.widget = elements.stack(visit.messages, *cards, self.files, *paper_cards(visit))
        self._draw()
        self.look()

    def show(self) -> None:
        """Show the current state of the reports."""
        self.results = list_results(self._visit.desk)
        self._draw()

    def _draw(self) -> None:
        visit = self._visit
        parts: list[w.Widget] = []
        if self.results.empty:
            parts.append(elements.paragraph(visit.words("results.none"), quiet=True))
        else:
            counts = {status: int((self.results["status"] == status).sum()) for status in _TONES}
            parts.append(elements.paragraph(visit.words("results.summary", **counts)))
        if records_changed(visit.workspace, visit.opened):
            code = "changed_may_run" if self.may_run else "changed"
            parts.append(elements.notice("info", visit.words(f"results.{code}")))
        parts += [
            elements.notice(
                "warn",
                visit.words(
                    "results.bad_file",
                    file=Path(item.file).name,
                    place=item.place,
                    cause=item.message(visit.lang),
                ),
            )
            for item in report_problems(visit.desk)
        ]
        for _, rows in self.results.groupby("report_id", sort=False):
            parts += self._report(rows)
        self.files.children = tuple(parts)
        self._offer()

    def run_due(self) -> None:
        """Make the reports that are out of date, failed or were never made."""
        due = self._due()
        if due:
            self._run(due)
        else:
            self._visit.messages.say("info", self._visit.words("results.rerun_nothing"))

    def run_chosen(self) -> None:
        """Make the report of the chosen units."""
        self._run(list(self.units.value))

    def look(self) -> bool:
        """Show the last run; returns whether it is running."""
        visit = self._visit
        if not self.may_run or self.report.value is None:
            return False
        state = find_run(visit.workspace, visit.opened, self.report.value)
        if state is None:
            self.progress.children = ()
            return False
        line = state.lines[-1] if state.lines else visit.words("results.rerun_waiting")
        code = "rerun_running" if state.is_running else "rerun_ended"
        at = minute_words(visit, state.begun_at)
        words = visit.words(f"results.{code}", at=at, line=line)
        self.progress.children = (elements.notice("info", words),)
        return state.is_running

    def _run(self, codes: list[str]) -> None:
        visit = self._visit
        start_reports(visit.desk, self.report.value, codes)
        visit.messages.say("good", visit.words("results.rerun_started", count=len(codes)))
        self.look()
        self._following = follow(visit, self.look, self.show)

    def _due(self) -> list[str]:
        own = self.results[self.results["report_id"] == self.report.value]
        return [str(code) for code in own.loc[own["status"] != DONE, "unit_code"]]

    def _chosen(self) -> None:
        self._offer()
        self.look()

    def _offer(self) -> None:
        own = self.results[self.results["report_id"] == self.report.value]
        self.units.options = list(zip(own["unit_name"], own["unit_code"], strict=True))
        if self.renewal:
            self.renewal.offer(int((self.results["status"] != DONE).sum()))
        self.due_button.description = self._visit.words("results.rerun_due", count=len(self._due()))

    def _report(self, rows: pd.DataFrame) -> list[w.Widget]:
        """Widgets of a report: its files by unit, and one line with the units it was never made for."""
        made = rows[rows["status"] != NOT_MADE]
        rest = rows.loc[rows["status"] == NOT_MADE, "unit_name"]
        parts = [elements.markup(self._table(made))] if len(made) else []
        if not len(made):
            parts.append(elements.heading(str(rows["title"].iloc[0]), 3))
        if len(rest):
            units = self._visit.words("results.comma").join(rest)
            words = self._visit.words("results.not_made", units=units, count=len(rest))
            parts.append(elements.paragraph(words, quiet=True))
        return parts

    def _table(self, rows: pd.DataFrame) -> str:
        visit = self._visit
        heads = [visit.words(f"results.column_{name}") for name in ("unit", "status", "made", "files", "zip")]
        body = "".join(
            self._row({str(k): v for k, v in row.items()}, heads) for row in rows.to_dict("records")
        )
        columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
        title = escape(str(rows["title"].iloc[0]))
        return (
            f'<div class="pb-scroll"><table class="pb-table pb-results"><caption>{title}</caption>'
            f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, row: dict[str, object], heads: list[str]) -> str:
        visit = self._visit
        status, files = str(row["status"]), str(row["files"] or "").splitlines()
        tone = f' class="pb-tone-{_TONES[status]}"'
        error = f"<p>{escape(str(row['error']))}</p>" if isinstance(row["error"], str) else ""
        cells = [
            ("", escape(str(row["unit_name"]))),
            (tone, escape(visit.words(f"results.status_{status}")) + error),
            ("", escape(_moment(visit, row["ran_at"]))),
            ("", " ".join(self._link(row, name) for name in files if self._is_shown(name))),
            ("", self._zip(row) if files else ""),
        ]
        return (
            "<tr>"
            + "".join(
                f'<td data-label="{escape(head, quote=True)}"{kind}>{cell}</td>'
                for head, (kind, cell) in zip(heads, cells, strict=True)
            )
            + "</tr>"
        )

    def _is_shown(self, name: str) -> bool:
        return name.endswith(_SHOWN) and name.removeprefix("previous/").count("/") == 0

    def _link(self, row: dict[str, object], name: str) -> str:
        words = self._visit.words(f"results.file_{name.rpartition('.')[2]}")
        if name.startswith("previous/"):
            words = self._visit.words("results.file_previous", name=words)
        return self._anchor(f"{row['report_id']}/{row['unit_code']}/{name}", words)

    def _zip(self, row: dict[str, object]) -> str:
        report, name = ALL_REPORTS
        asked = "" if self._visit.lang == default_language() else f"?lang={self._visit.lang}"
        return self._anchor(f"{report}/{row['unit_code']}/{name}{asked}", self._visit.words("results.zip"))

    def _anchor(self, path: str, words: str) -> str:
        opened = self._visit.opened
        address = f"/results/{opened.campaign.id}/{opened.period_id}/{path}"
        return f'<a href="{escape(address, quote=True)}">{escape(words)}</a>'


def _own_sheet(visit: Visit) -> w.Widget:
    sheet = own_score_sheet(visit.desk)
    if not sheet:
        begins = visible_from(visit.opened)
        if begins is not None and begins > today():
            return elements.notice("info", visit.words("results.visible_from", day=begins))
        return elements.notice("info", visit.words("results.not_yet"))
    return elements.card(elements.paragraph(sheet), title=visit.words("results.own_sheet"))


def _may_run(visit: Visit) -> bool:
    return all(may_do(visit.desk, "report", code) for code in find_tops(visit.desk))


def _moment(visit: Visit, ran_at: object) -> str:
    return minute_words(visit, datetime.fromisoformat(ran_at)) if isinstance(ran_at, str) else ""
