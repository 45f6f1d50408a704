"""One submission with its evidence, its record and the fields for marks; return, accept, recuse oneself."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html import escape

import ipywidgets as w

from pbwidgets.apps.pages.ground.form_files import shown_file
from pbwidgets.apps.pages.ground.state_words import level_name, minute_words, state_words
from pbwidgets.apps.pages.review.marks import CaseMarks
from pbwidgets.apps.pages.review.record import RecordCard, VetoCard
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Field
from pbwidgets.campaign.model import MOST_RETURN_DAYS
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.forms.uploads import files_markup
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.ground.rights import may, scope_of
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back, undo_acceptance
from pbwidgets.workflows.review.case import open_review
from pbwidgets.workflows.review.nominations import (
    find_balance,
    nominate_unit,
    tracks_to_nominate,
    withdraw_nomination,
)
from pbwidgets.workflows.review.rating import recuse_rater


def show_case(visit: Visit) -> w.Widget:
    """The submission that the address names."""
    return elements.stack(visit.messages, Case(visit, key_of(visit)).box)


def key_of(visit: Visit) -> SubmissionKey:
    """Key of the submission that the address names.

    Raises
    ------
    UsageError
        ``review.no_such_case`` for an address that names none.
    """
    form_id, unit, occurrence = (visit.place.get(name, "") for name in ("form", "unit", "occurrence"))
    opened = visit.opened
    known = form_id in {form.id for form in opened.campaign.forms}
    if not known or not (occurrence or "0").isdecimal():
        raise UsageError("review.no_such_case")
    return SubmissionKey(opened.campaign.id, opened.period_id, form_id, unit, int(occurrence or 0))


class Case:
    """One submission under review; each action reloads it, so that it shows what is stored."""

    def __init__(self, visit: Visit, key: SubmissionKey) -> None:
        self._visit, self._key = visit, key
        self.box = elements.stack()
        self.marks: CaseMarks | None = None
        self.show()

    def leave(self) -> None:
        """Save what is still being typed, and remove the widgets from the page and from memory."""
        if self.marks is not None:
            self.marks.autosave.flush()
        old, self.box.children = self.box.children, ()
        for child in old:
            _close(child)

    def show(self, typed: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Read the submission from the store and show it, with marks that were typed and not written."""
        visit = self._visit
        if typed and self.marks is not None:
            self.marks.autosave.stop()
        self.leave()
        self.review = open_review(visit.desk, self._key)
        self.marks = CaseMarks(visit, self.review, self.show)
        left = elements.stack(self._answers(), RecordCard(visit, self.review, self.show).box, self._history())
        right = elements.stack(*self._actions(), self.marks.box, *self._nomination(), *self._vetoes())
        for made, name in ((left, "pb-review-left"), (right, "pb-review-right")):
            made.add_class(name)
        both = w.Box((left, right), layout=plain_layout())
        both.add_class("pb-review")
        self.box.children = (elements.heading(self._title(), 2), self._state(), both)
        if typed:
            self.marks.restore(typed)

    # -- what was handed in ----------------------------------------------------------------------------

    def _title(self) -> str:
        return f"{self.review.unit_name} · {self.review.form.name.words(self._visit.lang)}"

    def _state(self) -> w.HTML:
        visit, review = self._visit, self.review
        pairs = [
            (visit.words("review.state"), state_words(visit, review.state)),
            (visit.words("review.version"), str(review.version)),
        ]
        if review.level:
            pairs.append((visit.words("review.turn"), level_name(visit, review.level)))
        if review.campaign != visit.opened.campaign:
            pairs.append((visit.words("review.definition"), visit.words("review.older_definition")))
        return elements.facts(pairs)

    def _answers(self) -> w.Widget:
        visit, review = self._visit, self.review
        files = {item.file.sha256: shown_file(review.key, item) for item in review.evidence}
        html = answers_markup(review.form, review.campaign, review.answers, visit.lang, files.get)
        paths = {path for path, _ in review.form.leaves()}
        besides = [files[item.file.sha256] for item in review.evidence if item.field_path not in paths]
        if besides:
            html += f"<h4>{escape(visit.words('review.more_files'))}</h4>{files_markup(besides, visit.lang)}"
        shown: list[w.Widget] = [elements.markup(html)]
        if review.withheld:
            shown.append(elements.paragraph(visit.words("review.withheld"), quiet=True))
        return elements.card(*shown, title=visit.words("review.answers"))

    def _history(self) -> w.Widget:
        visit = self._visit
        rows = [
            (
                minute_words(visit, item.made_at),
                visit.words(f"review.cause_{item.cause}"),
                level_name(visit, item.level) if item.level else "",
                self._reason(item.reason, item.field_path),
            )
            for item in reversed(self.review.history)
        ]
        names = ("when", "what", "level", "reason")
        table = elements.table([visit.words(f"review.{name}") for name in names], rows)
        return elements.card(table, title=visit.words("review.history"))

    def _reason(self, reason: str | None, field_path: str | None) -> str:
        label = dict(self._field_labels()).get(field_path or "", field_path or "")
        return "：".join(part for part in (label, reason or "") if part)

    # -- actions ---------------------------------------------------------------------------------------

    def _actions(self) -> Iterator[w.Widget]:
        visit, review = self._visit, self.review
        if review.may_act:
            yield self._decision(review.may_act)
        elif review.may_undo:
            undo = elements.button(
                visit.words("review.undo"), self._do(self._undo, "review.undone"), "danger"
            )
            undone = elements.paragraph(visit.words("review.undo_hint"), quiet=True)
            yield elements.card(undone, undo, title=visit.words("review.decision"))

    def _decision(self, level: str) -> w.Widget:
        visit = self._visit
        accept = elements.button(
            visit.words("review.accept"), self._do(lambda: self._accept(level), "review.accepted"), "primary"
        )
        whole = (visit.words("review.whole"), "")
        self.field = w.Dropdown(
            options=[whole, *((label, path) for path, label in self._field_labels())],
            value="",
            description=visit.words("review.return_what"),
            layout=plain_layout(),
        )
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
        for made in (self.field, self.reason, self.days):
            made.add_class("pb-input")
        hint = elements.paragraph(visit.words("review.return_days_hint"), quiet=True)
        back = elements.button(
            visit.words("review.return"),
            self._do(lambda: self._send_back(level), "review.returned"),
            "danger",
        )
        self.accept, self.return_ = accept, back
        return elements.card(
            accept, self.field, self.reason, self.days, hint, back, title=visit.words("review.decision")
        )

    def _do(self, action: Callable[[], object], said: str) -> Callable[[], None]:
        def done() -> None:
            action()
            self.show()
            self._visit.messages.say("good", self._visit.words(said, unit=self.review.unit_name))

        return self._visit.attempt(done)

    def _accept(self, level: str) -> None:
        visit = self._visit
        accept_submission(visit.desk, self._key, level, seen_version=self.review.version)

    def _undo(self) -> None:
        visit = self._visit
        undo_acceptance(visit.desk, self._key, str(self.review.may_undo))

    def _send_back(self, level: str) -> None:
        visit = self._visit
        wanted = Correction(self.reason.value, self.field.value or None, self.days.value)
        send_back(visit.desk, self._key, level, wanted, seen_version=self.review.version)

    def _field_labels(self) -> list[tuple[str, str]]:
        return list(_labels(self.review.form.fields, self._visit.lang))

    # -- nominations and vetoes ------------------------------------------------------------------------

    def _nomination(self) -> Iterator[w.Widget]:
        visit, unit_code = self._visit, self.review.key.unit_code
        for track in tracks_to_nominate(visit.desk, unit_code):
            own = str(visit.actor.unit_code)
            balance = find_balance(visit.desk, track.id, own)
            listed = unit_code in balance.listed

            def move(change: Callable[..., object], track_id: str = track.id, own: str = own) -> None:
                change(visit.desk, track_id, own, unit_code)

            if listed:
                made = elements.button(
                    visit.words("review.withdraw_nomination"),
                    self._do(partial(move, withdraw_nomination), "review.nomination_withdrawn"),
                )
            else:
                made = elements.button(
                    visit.words("review.nominate"),
                    self._do(partial(move, nominate_unit), "review.nominated"),
                    disabled=balance.left == 0,
                )
            yield elements.card(
                elements.paragraph(balance_words(visit, len(balance.listed), balance.allotted)),
                elements.row(made, elements.links([
                    (visit.words("review.view_nominate"), visit.link("review", view="nominate", track=track.id))
                ])),
                title=visit.words("review.nomination", track=track.name.words(visit.lang)),
            )  # fmt: skip

    def _vetoes(self) -> Iterator[w.Widget]:
        visit = self._visit
        may_write = may(visit.actor, "veto", self._key.unit_code, visit.units)
        if may_write or self.review.vetoes:
            yield VetoCard(visit, self.review, self.show, may_write=may_write).box
        if scope_of(visit.actor.role, "rate") is not None and self.review.lines:
            yield self._recusal()

    def _recusal(self) -> w.Widget:
        visit = self._visit
        if self.review.recused:
            return elements.notice("warn", visit.words("review.you_stand_aside"))
        reason = TypedLine(
            description=visit.words("review.aside_reason"), lang=visit.lang, layout=plain_layout()
        )
        reason.add_class("pb-input")
        self.aside_reason = reason

        def step_aside() -> None:
            recuse_rater(visit.desk, visit.actor.name, self._key.unit_code, reason.value)

        self.aside = elements.button(
            visit.words("review.step_aside"), self._do(step_aside, "review.stepped_aside")
        )
        hint = elements.paragraph(visit.words("review.aside_hint"), quiet=True)
        return elements.card(hint, reason, self.aside, title=visit.words("review.aside"))


def _close(widget: w.Widget) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()


def balance_words(visit: Visit, listed: int, allotted: int | None) -> str:
    """Text on how many are nominated, how many may be, and how many are left."""
    if allotted is None:
        return visit.words("review.balance_free", listed=listed)
    return visit.words("review.balance", listed=listed, allotted=allotted, left=max(allotted - listed, 0))


def _labels(
    fields: tuple[Field, ...], lang: str, path: str = "", above: str = ""
) -> Iterator[tuple[str, str]]:
    for item in fields:
        label = f"{above}{item.label.words(lang)}"
        if item.type == "group":
            yield from _labels(item.fields, lang, path, above)
        elif item.type == "repeat":
            yield f"{path}{item.id}", label
            yield from _labels(item.fields, lang, f"{path}{item.id}/", f"{label} · ")
        elif item.type != "note":
            yield f"{path}{item.id}", label
