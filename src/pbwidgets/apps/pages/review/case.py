"""One submission with its evidence, its course and the fields for marks; return, accept, recuse oneself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import ipywidgets as w

from pbwidgets.apps.pages.ground.focus import mark_place
from pbwidgets.apps.pages.ground.form_files import shown_file
from pbwidgets.apps.pages.ground.state_words import level_name, state_words
from pbwidgets.apps.pages.review.course import changes_markup, course_markup, field_labels
from pbwidgets.apps.pages.review.marks import CaseMarks, MarksUse
from pbwidgets.apps.pages.review.record import RecordCard, VetoCard
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign.model import MOST_RETURN_DAYS
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.typed_text import TypedLine, TypedText
from pbwidgets.forms.uploads import ShownFile, files_markup
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.ground.desk import may_do
from pbwidgets.workflows.ground.rights import scope_of
from pbwidgets.workflows.review.acceptance import Correction, accept_submission, send_back, undo_acceptance
from pbwidgets.workflows.review.case import open_review
from pbwidgets.workflows.review.nominations import (
    find_balance,
    nominate_unit,
    tracks_to_nominate,
    withdraw_nomination,
)
from pbwidgets.workflows.review.rating import recuse_rater


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
    return opened.submission_key(form_id, unit, int(occurrence or 0))


@dataclass(frozen=True)
class Way:
    """Where a submission leads to.

    Attributes
    ----------
    lead_to
        Leads the keyboard to a place on the page.
    go_on
        Shows the next submission and leads to a place in it.
    has_next
        Whether there is one.
    """

    lead_to: Callable[[str], None]
    go_on: Callable[[str], None]
    has_next: bool


class Case:
    """One submission under review; each action reads it anew and shows what is stored.

    What a reviewer types into stays where it is: an action remakes only the card that it changes, so that neither
    the page jumps nor what was typed elsewhere is lost.
    """

    def __init__(self, visit: Visit, key: SubmissionKey, way: Way | None = None) -> None:
        self._visit, self._key, self._way = visit, key, way
        self.box = elements.stack()
        self.box.add_class("pb-case-body")
        self._title = elements.markup("", "pb-case-head")
        self._seen = {name: elements.markup("", "pb-card") for name in ("changes", "answers", "course")}
        cards = {
            "decision": self._decisions,
            "marks": self._marks,
            "nomination": self._nomination,
            "vetoes": self._vetoes,
            "aside": self._recusal,
            "record": self._record,
        }
        self._cards = {name: (elements.stack(), make) for name, make in cards.items()}
        for name, widget in (*self._seen.items(), *((name, box) for name, (box, _) in self._cards.items())):
            mark_place(widget, name)
        mark_place(self._title, "title")
        record, seen = self._cards["record"][0], self._seen
        left = self._pane("left", seen["changes"], seen["answers"], record, seen["course"])
        right = self._pane("right", *(box for name, (box, _) in self._cards.items() if name != "record"))
        both = w.Box((left, right), layout=plain_layout())
        both.add_class("pb-review")
        self.marks: CaseMarks | None = None
        self._turn: tuple[object, ...] | None = None
        self.show()
        self.box.children = (self._title, self._jumps(), both)

    def leave(self) -> None:
        """Save what is still being typed, and remove the widgets from the page and from memory."""
        if self.marks is not None:
            self.marks.autosave.flush()
        children, self.box.children = self.box.children, ()
        for child in children:
            _close(child)

    def show(self, typed: Mapping[str, tuple[str, str]] | None = None) -> None:
        """Read the submission from the store and make all cards anew, with marks that were typed and not written."""
        if typed and self.marks is not None:
            self.marks.autosave.stop()
        self.refresh(*self._cards)
        if typed and self.marks is not None:
            self.marks.restore(typed)

    def refresh(self, *remade: str) -> None:
        """Read the submission from the store, show it, and make these cards anew."""
        visit = self._visit
        self.review = open_review(visit.desk, self._key)
        review = self.review
        files = {item.file.sha256: shown_file(review.key, item) for item in review.evidence}
        self._title.value = self._title_markup()
        self._seen["changes"].value = changes_markup(visit, review, files.get)
        self._seen["answers"].value = self._answers(files)
        self._seen["course"].value = course_markup(visit, review, files.get)
        before, self._turn = self._turn, (review.may_act, review.may_undo, review.version)
        if before not in (None, self._turn):
            remade = ("decision", *remade)
        for name in dict.fromkeys(remade):
            box, make = self._cards[name]
            old, box.children = box.children, tuple(make())
            for child in old:
                _close(child)
        if self.marks is not None and "marks" not in remade:
            self.marks.update(review)

    def lead_to(self, *places: str) -> None:
        """Lead the keyboard to the first of these places that there is now."""
        if self._way is not None:
            self._way.lead_to(next(place for place in places if self._is_there(place)))

    def _is_there(self, place: str) -> bool:
        if place == "open_mark":
            return self.marks is not None and self.marks.has_open
        if place == "accept":
            return self.review.may_act is not None
        return place != "next" or self._has_next

    @property
    def _has_next(self) -> bool:
        return self._way is not None and self._way.has_next

    @staticmethod
    def _pane(side: str, *children: w.Widget) -> w.Box:
        made = elements.stack(*children)
        made.add_class(f"pb-review-{side}")
        return made

    # -- what was handed in ----------------------------------------------------------------------------

    def _title_markup(self) -> str:
        visit, review = self._visit, self.review
        title = f"{review.unit_name} · {review.form.name.words(visit.lang)}"
        said = [
            state_words(visit, review.state),
            visit.words("review.handed_in_times", count=len(review.handed_in)),
        ]
        if review.level:
            said.append(visit.words("review.turn_of", level=level_name(visit, review.level)))
        if review.campaign != visit.opened.campaign:
            said.append(visit.words("review.older_definition"))
        facts = "".join(f"<span>{escape(words)}</span>" for words in said)
        return f'<h2 tabindex="-1">{escape(title)}</h2><p class="pb-case-facts">{facts}</p>'

    def _jumps(self) -> w.HTML:
        """Links between material and marks, for screens on which they stand below each other."""
        visit, review = self._visit, self.review
        places = ["title", "decision", "marks", "course"]
        if not (review.may_act or review.may_undo):
            places.remove("decision")
        if not review.lines:
            places.remove("marks")
        links = "".join(
            f'<button type="button" data-go="{place}">{escape(visit.words(f"review.go_{place}"))}</button>'
            for place in places
        )
        return elements.markup(f'<nav class="pb-go">{links}</nav>', "pb-go-bar")

    def _answers(self, files: Mapping[str, ShownFile]) -> str:
        visit, review = self._visit, self.review
        html = answers_markup(
            review.form, review.campaign, review.answers, visit.lang, files.get, name_unit=visit.unit_name
        )
        paths = {path for path, _ in review.form.leaves()}
        besides = [files[item.file.sha256] for item in review.evidence if item.field_path not in paths]
        if besides:
            html += f"<h4>{escape(visit.words('review.more_files'))}</h4>{files_markup(besides, visit.lang)}"
        if review.withheld:
            html += f'<p class="pb-text pb-quiet">{escape(visit.words("review.withheld"))}</p>'
        title = escape(visit.words("review.answers"))
        if len(review.handed_in) < 2:
            return f"<h3>{title}</h3>{html}"
        return f'<details class="pb-whole"><summary><h3>{title}</h3></summary>{html}</details>'

    # -- actions ---------------------------------------------------------------------------------------

    def _decisions(self) -> Iterator[w.Widget]:
        visit, review = self._visit, self.review
        if review.may_act:
            yield self._decision(review.may_act)
        elif review.may_undo:
            done = self._do(self._undo, "review.undone", "accept", "title")
            undo = elements.button(visit.words("review.undo"), done, "danger")
            hint = elements.paragraph(visit.words("review.undo_hint"), quiet=True)
            yield elements.card(hint, undo, title=visit.words("review.decision"))

    def _decision(self, level: str) -> w.Widget:
        visit = self._visit
        accepted = self._do(lambda: self._accept(level), "review.accepted", "next", "open_mark", "decision")
        self.accept = elements.button(self._with_key("accept", "A"), accepted, "primary")
        self.accept.add_class("pb-key-a")
        mark_place(self.accept, "accept")
        whole = (visit.words("review.whole"), "")
        self.field = w.Dropdown(
            options=[whole, *((label, path) for path, label in self._field_labels())],
            value="",
            description=visit.words("review.return_what"),
            layout=plain_layout(),
        )
        self.reason = TypedText(
            description=self._with_key("return_reason", "R"), lang=visit.lang, rows=2, layout=plain_layout()
        )
        mark_place(self.reason, "reason")
        self.reason.add_class("pb-go-key-r")
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
        walks = self._has_next
        returned = self._do(lambda: self._send_back(level), "review.returned", "title", goes_on=walks)
        keys = visit.words("review.key_hand_in")
        words = visit.words("review.return_and_next") if walks else self._with_key("return", keys)
        self.return_ = elements.button(words, returned, "danger")
        self.return_.add_class("pb-key-ctrl-enter")
        what = elements.row(self.field, self.days)
        return elements.card(
            self.accept, what, self.reason, hint, self.return_, title=visit.words("review.decision")
        )

    def _do(
        self,
        action: Callable[[], object],
        said: str,
        *places: str,
        remade: Sequence[str] = (),
        goes_on: bool = False,
    ) -> Callable[[], None]:
        """Callback that acts, shows what is stored now or the next submission, and leads the keyboard on."""

        def done() -> None:
            action()
            self._visit.messages.say("good", self._visit.words(said, unit=self.review.unit_name))
            self._lead_on(*places, remade=remade, goes_on=goes_on)

        return self._visit.attempt(done)

    def _lead_on(self, *places: str, remade: Sequence[str] = (), goes_on: bool = False) -> None:
        if goes_on and self._way is not None and self._way.has_next:
            self._way.go_on(places[0])
        else:
            self.refresh(*remade)
            self.lead_to(*places)

    def _accept(self, level: str) -> None:
        accept_submission(self._visit.desk, self._key, level, seen_version=self.review.version)

    def _undo(self) -> None:
        undo_acceptance(self._visit.desk, self._key, str(self.review.may_undo))

    def _send_back(self, level: str) -> None:
        wanted = Correction(self.reason.value, self.field.value or None, self.days.value)
        send_back(self._visit.desk, self._key, level, wanted, seen_version=self.review.version)

    def _with_key(self, name: str, key: str) -> str:
        return self._visit.words("review.with_key", words=self._visit.words(f"review.{name}"), key=key)

    def _field_labels(self) -> list[tuple[str, str]]:
        return list(field_labels(self.review.form.fields, self._visit.lang))

    # -- marks and record ------------------------------------------------------------------------------

    def _marks(self) -> Iterator[w.Widget]:
        if self.marks is not None:
            self.marks.autosave.flush()
        use = MarksUse(self._marked, lambda: self.lead_to("wrong_mark"), self.show, walks=self._has_next)
        self.marks = CaseMarks(self._visit, self.review, use)
        yield self.marks.box

    def _marked(self, goes_on: bool) -> None:
        """After marks have been written."""
        self._lead_on("open_mark", "accept", "next", "marks", goes_on=goes_on)

    def _record(self) -> Iterator[w.Widget]:
        def noted() -> None:
            self.refresh("record")
            self.lead_to("record")

        yield RecordCard(self._visit, self.review, noted).box

    # -- nominations and vetoes ------------------------------------------------------------------------

    def _nomination(self) -> Iterator[w.Widget]:
        visit, unit_code = self._visit, self.review.key.unit_code
        for track in tracks_to_nominate(visit.desk, unit_code):
            own = str(visit.actor.unit_code)
            balance = find_balance(visit.desk, track.id, own)
            listed = unit_code in balance.listed

            def move(change: Callable[..., object], track_id: str = track.id, own: str = own) -> None:
                change(visit.desk, track_id, own, unit_code)

            change, name, said = (
                (withdraw_nomination, "withdraw_nomination", "nomination_withdrawn")
                if listed
                else (nominate_unit, "nominate", "nominated")
            )
            made = elements.button(
                visit.words(f"review.{name}"),
                self._do(partial(move, change), f"review.{said}", "nomination", remade=["nomination"]),
                disabled=not listed and balance.left == 0,
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

        def written() -> None:
            self.refresh("vetoes")
            self.lead_to("vetoes")

        may_write = may_do(visit.desk, "veto", self._key.unit_code)
        if may_write or self.review.vetoes:
            yield VetoCard(visit, self.review, written, may_write=may_write).box

    def _recusal(self) -> Iterator[w.Widget]:
        visit = self._visit
        if scope_of(visit.actor.role, "rate") is None or not self.review.lines:
            return
        if self.review.recused:
            yield elements.notice("warn", visit.words("review.you_stand_aside"))
            return
        reason = TypedLine(
            description=visit.words("review.aside_reason"), lang=visit.lang, layout=plain_layout()
        )
        reason.add_class("pb-input")
        self.aside_reason = reason

        def step_aside() -> None:
            recuse_rater(visit.desk, visit.actor.name, self._key.unit_code, reason.value)

        done = self._do(step_aside, "review.stepped_aside", "next", "title", remade=["aside", "marks"])
        self.aside = elements.button(visit.words("review.step_aside"), done)
        hint = elements.paragraph(visit.words("review.aside_hint"), quiet=True)
        yield elements.card(hint, reason, self.aside, title=visit.words("review.aside"))


def _close(widget: w.Widget) -> None:
    for child in getattr(widget, "children", ()):
        _close(child)
    widget.close()


def balance_words(visit: Visit, listed: int, allotted: int | None) -> str:
    """Text on how many are nominated, how many may be, and how many are left."""
    if allotted is None:
        return visit.words("review.balance_free", listed=listed)
    return visit.words("review.balance", listed=listed, allotted=allotted, left=max(allotted - listed, 0))
