"""On-site inspection on a phone: today's units, what each line requires, photo, mark, second inspector."""

from datetime import datetime
from typing import Any

import ipywidgets as w

from pbwidgets.apps.autosave import Autosave
from pbwidgets.apps.pages.ground.form_files import shown_file
from pbwidgets.apps.pages.ground.state_words import kept_words
from pbwidgets.apps.pages.review.case import key_of
from pbwidgets.apps.pages.review.marks import name_before
from pbwidgets.apps.pages.review.newer import go_on
from pbwidgets.apps.pages.review.queue import count_parents, mark_cells
from pbwidgets.apps.save_status import SaveStatus
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ConflictError, PbError
from pbwidgets.forms import elements
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.mark_sheet import MarkField, MarkSheet
from pbwidgets.forms.record_list import ListColumn, ListRow, RecordList
from pbwidgets.forms.typed_text import TypedLine
from pbwidgets.forms.upload_button import SentFile, upload_button
from pbwidgets.forms.uploads import files_markup
from pbwidgets.store import Mark, MarkKey
from pbwidgets.workflows.review.case import Review, ReviewLine, open_review
from pbwidgets.workflows.review.queue import review_queue
from pbwidgets.workflows.review.rating import give_marks
from pbwidgets.workflows.review.visits.on_site import ON_SITE, add_on_site_photo


def show_on_site(visit: Visit) -> w.Widget:
    """The list of units to visit, or the sheet of the one that the address names."""
    if "unit" in visit.place and "form" in visit.place:
        return SpotCheck(visit).box
    return UnitsOfToday(visit).box


class UnitsOfToday:
    """Units whose lines the inspector marks, unfinished ones first, of one township if chosen."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        queue = review_queue(visit.desk)
        done = queue["marked"] == queue["lines"]
        queue = queue.assign(done=done)[queue["lines"] > 0]
        self._queue = queue.sort_values(["done", "parent_code", "unit_code"], kind="stable")
        options = [(f"{name}（{count}）", code) for name, code, count in count_parents(self._queue)]
        everywhere = (visit.words("review.all", count=len(self._queue)), "")
        self.parent = w.Dropdown(
            options=[everywhere, *options],
            value="",
            description=visit.words("review.filter_parent"),
            layout=plain_layout(),
        )
        self.parent.add_class("pb-input")
        asked = visit.place.get("parent", "")
        self.parent.value = asked if asked in [code for _, code in options] else ""
        self.parent.observe(lambda _: self._show(), names="value")
        names = ("unit", "parent", "marks", "given", "difference")
        self.list = RecordList(
            [ListColumn(name, visit.words(f"review.{name}")) for name in names],
            visit.lang,
            empty=visit.words("review.empty"),
        )
        self._show()
        self.box = elements.stack(
            elements.heading(visit.words("review.on_site")),
            elements.paragraph(visit.words("review.on_site_hint"), quiet=True),
            elements.row(self.parent, self.list.search),
            visit.messages,
            self.list.box,
            elements.links([(visit.words("review.to_paper"), visit.link("review", view="entry"))]),
        )

    def _show(self) -> None:
        rows = self._queue
        if self.parent.value:
            rows = rows[rows["parent_code"] == self.parent.value]
        self.list.show([self._row(row) for row in rows.to_dict("records")], first_page=True)

    def _row(self, row: dict[Any, Any]) -> ListRow:
        visit = self._visit
        to = visit.link("review", view="onsite", form=row["form_id"], unit=row["unit_code"])
        cells = (row["unit_name"], row["parent_name"], *mark_cells(visit, row))
        share = row["marked"] / row["lines"]
        values = (row["unit_code"], row["parent_code"], share, row["points"], row["difference"])
        return ListRow(f"{row['form_id']}|{row['unit_code']}|{row['occurrence']}", cells, values, link=to)


class SpotCheck:
    """The sheet of one unit for on-site inspection."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._key = visit, key_of(visit)
        self.box = elements.stack()
        self.autosave = Autosave(self._save_quietly)
        self._shown_photos = elements.markup("")
        self.status = SaveStatus()
        self.show()

    def show(self) -> None:
        """Read the submission from the store and show it."""
        visit = self._visit
        self.review: Review = open_review(visit.desk, self._key)
        lines = [line for line in self.review.lines if line.marked]
        self.second = TypedLine(
            self._second(),
            description=visit.words("review.second"),
            lang=visit.lang,
            is_name=True,
            layout=plain_layout(),
        )
        self.sheet = MarkSheet(
            [self._field(line) for line in lines],
            visit.lang,
            on_change=self._typed,
            read_only=self.review.recused,
        )
        self.save = elements.button(visit.words("review.save_marks"), visit.attempt(self._save), "primary")
        self.save.add_class("pb-key-ctrl-enter")
        options = [
            (f"{line.number} {line.criterion.name.words(visit.lang)}", line.criterion.id) for line in lines
        ]
        self.line = w.Dropdown(
            options=options, description=visit.words("review.photo_of"), layout=plain_layout()
        )
        self.photo = upload_button(visit.words("review.photo"), "image/*", visit.attempt(self._keep))
        self.photo.add_class("pb-camera")
        for made in (self.second, self.line):
            made.add_class("pb-input")
        self._show_photos()
        back = visit.link("review", view="onsite")
        self.box.children = (
            elements.links([(visit.words("review.to_units"), back)]),
            elements.heading(self.review.unit_name),
            visit.messages,
            self.second,
            elements.card(
                self.sheet.box, elements.row(self.save, self.status), title=visit.words("review.marks")
            ),
            elements.card(self.line, self.photo, self._shown_photos, title=visit.words("review.photos")),
        )

    def _second(self) -> str:
        given = [mark for line in self.review.lines for mark in line.own.values()]
        return next((mark.second_inspector for mark in given if mark.second_inspector), "") or ""

    def _field(self, line: ReviewLine) -> MarkField:
        lang = self._visit.lang
        mark = next(iter(line.own.values()), None)
        return MarkField(
            line_id=line.criterion.id,
            title=f"{line.number} {line.criterion.name.words(lang)}",
            lowest=line.lowest,
            highest=line.highest,
            anchors=tuple((anchor.points, anchor.text.words(lang)) for anchor in line.criterion.anchors),
            hint=line.criterion.evidence.words(lang) if line.criterion.evidence else "",
            points=None if mark is None or line.void else mark.points,
            comment="" if mark is None else mark.comment,
            remarks=(("warn", self._visit.words("review.void")),) if line.void else (),
            reason_needed=line.reason_needed,
            before=name_before(self._visit, line),
            limit=line.limit,
            renew=bool(line.stale),
        )

    def _show_photos(self) -> None:
        names = {line.criterion.id: line.criterion.name.words(self._visit.lang) for line in self.review.lines}
        parts = []
        for item in self.review.evidence:
            if item.field_path.startswith(f"{ON_SITE}/"):
                name = names.get(item.field_path.rpartition("/")[2], "")
                label = elements.paragraph(name, quiet=True)
                parts.append(label.value + files_markup([shown_file(self._key, item)], self._visit.lang))
                label.close()
        self._shown_photos.value = "".join(parts)

    def _typed(self) -> None:
        self.status.wait(self._visit.words("fill.saving"))
        self.autosave.touch()

    def _save_quietly(self) -> None:
        """Save the valid marks: on site the connection may drop at any moment."""
        marks, visit = self.sheet.read().marks, self._visit
        if not marks:
            self.status.settle()
            return
        second = self.second.value.strip() or None
        try:
            given = [self._mark(line_id, *given, second) for line_id, given in marks.items()]
            give_marks(visit.desk, given)
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        except PbError as error:
            visit.say_refusal(error)
            self.status.fail(visit.words("fill.not_saved", cause=visit.refusal(error)))
            return
        self.sheet.settle(marks)
        self.status.settle(kept_words(self._visit))

    def _save(self) -> None:
        self.autosave.stop()
        visit, read = self._visit, self.sheet.read()
        if read.problems:
            wrong = visit.words("review.marks_wrong", count=len(read.problems))
            visit.messages.say("error", wrong)
            self.status.fail(wrong)
            return
        second = self.second.value.strip() or None
        marks = [
            self._mark(line_id, *given, second) for line_id, given in {**read.marks, **read.renewed}.items()
        ]
        try:
            give_marks(visit.desk, marks)
        except ConflictError:  # a newer version was opened
            self._go_on()
            return
        self.status.settle(kept_words(self._visit))
        given = self.sheet.count_given(read)
        self.show()
        visit.messages.say("good", visit.words("review.marks_saved", given=given, taken=0))

    def _go_on(self) -> None:
        typed, second = self.sheet.typed(), self.second.value
        self.autosave.stop()

        def show() -> None:
            self.show()
            self.second.value = second
            self.sheet.restore(typed)

        go_on(self._visit, typed, show)

    def _mark(self, line_id: str, points: float, comment: str, second: str | None) -> Mark:
        visit, review = self._visit, self.review
        line = next(line for line in review.lines if line.criterion.id == line_id)
        source = next(iter(line.own), line.sources[0].id)
        key = MarkKey(
            visit.opened.campaign.id, visit.opened.period_id, review.key.unit_code, line_id,
            line.layer, source, visit.actor.name,
        )  # fmt: skip
        return Mark(key, points, comment, review.submission_version, review.seen_head, second)

    def _keep(self, file: SentFile) -> None:
        """Store the uploaded photo."""
        visit = self._visit
        name = file.name or f"{datetime.now():%H%M%S}.jpg"
        add_on_site_photo(visit.desk, self._key, str(self.line.value), name, file.content)
        self.review = open_review(visit.desk, self._key)
        self._show_photos()
        visit.messages.say("good", visit.words("review.photo_kept", file=name))
