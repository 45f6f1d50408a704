"""What units say they have done, unit by unit: accept all of it, or refuse single rows with a new day."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from html import escape

import ipywidgets as w

from pbwidgets.apps.pages.ground.form_files import shown_file
from pbwidgets.apps.pages.ground.state_words import day_words, form_name
from pbwidgets.apps.pages.review.course import compare_markup
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import UsageError
from pbwidgets.forms import elements
from pbwidgets.forms.answer_changes import AnswerChange
from pbwidgets.forms.elements import plain_layout
from pbwidgets.forms.inputs import date_input, text_input
from pbwidgets.forms.uploads import ShownFile, files_markup
from pbwidgets.store import SubmissionKey
from pbwidgets.workflows.filling.amending import refuse_done
from pbwidgets.workflows.ground.workspace import day_of
from pbwidgets.workflows.review.batches import accept_submissions, undo_acceptances
from pbwidgets.workflows.review.living.claims import Claim, ClaimedRow, claims_waiting, open_claims

MOST_UNITS = 20
"""Units that are shown at once; only what is shown is accepted."""


def show_claims(visit: Visit) -> w.Widget:
    """All that waits for the visitor."""
    return ClaimsView(visit).box


class ClaimsView:
    """A card for each unit, and one button for all of them.

    Attributes
    ----------
    cards
        The cards, by the code of the unit.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.cards: dict[str, UnitCard] = {}
        self._undoable: tuple[SubmissionKey, ...] = ()
        self._told = elements.markup("")
        self.accept = elements.button("", visit.attempt(self._accept_all), "primary")
        self.undo = elements.button(visit.words("review.claims_undo"), visit.attempt(self._undo))
        self._place = elements.stack()
        self.box = elements.stack(
            elements.heading(visit.words("review.view_claims")),
            elements.paragraph(visit.words("review.claims_hint"), quiet=True),
            self._told,
            elements.row(self.accept, self.undo),
            visit.messages,
            self._place,
        )
        self._load()

    def _load(self) -> None:
        """Show what waits now."""
        by_unit: dict[str, list[SubmissionKey]] = {}
        for key in claims_waiting(self._visit.desk):
            by_unit.setdefault(key.unit_code, []).append(key)
        self._further = len(by_unit) - MOST_UNITS
        shown = dict(list(by_unit.items())[:MOST_UNITS])
        claims = open_claims(self._visit.desk, [key for keys in shown.values() for key in keys])
        self._close()
        self.cards = {
            code: UnitCard(
                self._visit, [claim for claim in claims if claim.key in keys], self._accepted, self._refused
            )
            for code, keys in shown.items()
        }
        self._show()

    def _show(self) -> None:
        visit, claims = self._visit, self._claims()
        self.accept.description = visit.words("review.claims_accept_all", count=len(self.cards))
        elements.hide_all([self.accept], len(self.cards) < 2)
        elements.hide_all([self.undo], not self._undoable)
        done = sum(len(claim.done) for claim in claims)
        words = visit.words("review.claims_count", units=len(self.cards), done=done)
        if self._further > 0:
            words += visit.words("review.claims_further", count=self._further)
        empty = visit.words("review.claims_none")
        self._told.value = f'<p class="pb-text">{escape(words if self.cards else empty)}</p>'
        self._place.children = tuple(card.box for card in self.cards.values())

    def _claims(self) -> list[Claim]:
        return [claim for card in self.cards.values() for claim in card.claims]

    def _close(self) -> None:
        self._place.children = ()
        for card in self.cards.values():
            elements.close_tree(card.box)

    def _accept_all(self) -> None:
        self._accepted(self._claims())

    def _accepted(self, claims: Sequence[Claim]) -> None:
        """Accept what is shown of some units; what has changed since is not accepted, and shown anew."""
        visit, units = self._visit, {claim.key.unit_code for claim in claims}
        try:
            accept_submissions(visit.desk, {claim.key: claim.version for claim in claims})
        finally:
            self._undoable = ()
            self._load_units(units)
        self._undoable = tuple(claim.key for claim in claims)
        self._show()
        done = sum(len(claim.done) for claim in claims)
        visit.messages.say("good", visit.words("review.claims_accepted", units=len(units), done=done))

    def _load_units(self, units: set[str]) -> None:
        """Show anew what waits of some units, and let those go of which nothing does; the others stay as they are."""
        if len(units) == len(self.cards) or self._further > 0:
            self._load()
            return
        waiting = [key for key in claims_waiting(self._visit.desk) if key.unit_code in units]
        claims = open_claims(self._visit.desk, waiting)
        made = {}
        for code, card in self.cards.items():
            own = [claim for claim in claims if claim.key.unit_code == code]
            if code not in units:
                made[code] = card
            elif own:
                made[code] = UnitCard(self._visit, own, self._accepted, self._refused)
        gone = [card for code, card in self.cards.items() if made.get(code) is not card]
        self.cards = made
        self._show()
        for card in gone:
            elements.close_tree(card.box)

    def _refused(self, claim: Claim, words: str) -> None:
        self._undoable = ()
        self._load_units({claim.key.unit_code})
        self._visit.messages.say("good", words)

    def _undo(self) -> None:
        visit = self._visit
        count = len({key.unit_code for key in self._undoable})
        undo_acceptances(visit.desk, self._undoable)
        self._undoable = ()
        self._load()
        visit.messages.say("good", visit.words("review.claims_undone", count=count))


class UnitCard:
    """What one unit says it has done.

    Attributes
    ----------
    claims
        Its submissions that wait.
    box, accept, refuse
        What is shown, and its buttons.
    panel
        Fields of a refusal; None while none is being written.
    """

    def __init__(
        self,
        visit: Visit,
        claims: Sequence[Claim],
        accept: Callable[[Sequence[Claim]], None],
        refused: Callable[[Claim, str], None],
    ) -> None:
        self._visit, self.claims, self._refused = visit, claims, refused
        self.panel: RefusePanel | None = None
        done = sum(len(claim.done) for claim in claims)
        words = visit.words("review.claims_accept_unit")
        self.accept = elements.button(words, visit.attempt(lambda: accept(claims)), "primary")
        self.refuse = elements.button(visit.words("review.claims_refuse"), visit.attempt(self._ask))
        elements.hide_all([self.refuse], not done)
        self._place = elements.stack()
        links = [
            (
                visit.words("review.claims_whole", form=form_name(visit, claim.key.form_id)),
                visit.link("review", **_place_of(claim)),
            )
            for claim in claims
        ]
        links.append(
            (
                visit.words("review.view_grants"),
                visit.link("review", view="grants", unit=claims[0].key.unit_code),
            )
        )
        self.box = elements.card(
            *(elements.markup(_claim_markup(visit, claim)) for claim in claims),
            elements.row(self.accept, self.refuse),
            self._place,
            elements.links(links),
            title=visit.words("review.claims_of", unit=claims[0].unit_name, done=done),
        )
        self.box.add_class("pb-claims")

    def _ask(self) -> None:
        if self.panel is not None:
            self._leave()
            return
        self.panel = RefusePanel(self._visit, self.claims, self._refused, self._leave)
        self._place.children = (self.panel.box,)

    def _leave(self) -> None:
        panel, self.panel = self.panel, None
        self._place.children = ()
        if panel is not None:
            elements.close_tree(panel.box)


class RefusePanel:
    """Which row is not accepted, why, and until when it is to be done."""

    def __init__(
        self,
        visit: Visit,
        claims: Sequence[Claim],
        refused: Callable[[Claim, str], None],
        leave: Callable[[], None],
    ) -> None:
        self._visit, self._refused = visit, refused
        rows = [(claim, row_id, name) for claim in claims for row_id, name in claim.done.items()]
        self._rows = rows
        self.row = w.Dropdown(
            options=[(name, at) for at, (_, _, name) in enumerate(rows)],
            description=visit.words("review.claims_row"),
            layout=plain_layout(),
        )
        self.row.add_class("pb-input")
        self.reason = text_input(visit.words("review.claims_reason"), visit.lang)
        self.day = date_input(visit.words("review.claims_due"))
        until = day_of(visit.desk.now) + timedelta(days=visit.opened.campaign.return_days)
        self.day.show(until.isoformat())
        self.confirm = elements.button(
            visit.words("review.claims_refuse_confirm"), visit.attempt(self._refuse), "danger"
        )
        cancel = elements.button(visit.words("review.cancel"), visit.attempt(leave))
        self.box = elements.card(
            self.row,
            *self.reason.widgets,
            *self.day.widgets,
            elements.row(self.confirm, cancel),
            title=visit.words("review.claims_refuse_title"),
        )

    def _refuse(self) -> None:
        visit = self._visit
        claim, row_id, name = self._rows[self.row.value]
        day = self.day.read()
        if day is None:
            raise UsageError("fill.level_day_missing")
        due_on = date.fromisoformat(str(day))
        reason = str(self.reason.read() or "")
        refuse_done(visit.desk, claim.key, reason=reason, due_on=due_on, row_id=row_id)
        self._refused(
            claim, visit.words("review.claims_refused", unit=claim.unit_name, name=name, day=due_on)
        )


def _place_of(claim: Claim) -> Mapping[str, str]:
    key = claim.key
    return {"form": key.form_id, "unit": key.unit_code, "occurrence": str(key.occurrence)}


# -- markup --------------------------------------------------------------------------------------------


def _claim_markup(visit: Visit, claim: Claim) -> str:
    """The form, the rows in which something was changed, and what was changed besides."""
    facts = visit.words(
        "review.claims_facts",
        day=day_words(visit, claim.submitted_at),
        done=len(claim.done),
        rest=len(claim.rows) - len(claim.done),
    )
    head = (
        f"<h4>{escape(form_name(visit, claim.key.form_id))} "
        f'<small class="pb-quiet">{escape(facts)}</small></h4>'
    )
    names = ("claims_clause", "claims_changed", "claims_files")
    heads = "".join(f'<th scope="col">{escape(visit.words(f"review.{name}"))}</th>' for name in names)
    rows = "".join(_row_markup(visit, claim, row) for row in claim.rows)
    table = (
        f'<div class="pb-scroll"><table class="pb-table pb-compare"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        if rows
        else ""
    )
    if not claim.others:
        return head + table
    others = compare_markup(visit, claim.others, lambda token: _file(claim, token))
    return f"{head}{table}<h5>{escape(visit.words('review.claims_others'))}</h5>{others}"


def _row_markup(visit: Visit, claim: Claim, row: ClaimedRow) -> str:
    words = visit.words("review.claims_is_new" if row.is_new else "review.claims_is_other")
    about = " · ".join(part for part in (row.about, row.state.word_due(visit.lang), words) if part)
    name = f"<b>{escape(row.name)}</b> <small>{escape(about)}</small>"
    texts = [change for change in row.changes if not (change.files_before or change.files_after)]
    files = [change for change in row.changes if change not in texts]
    cells = (
        name,
        "".join(_change_markup(change) for change in texts) or '<span class="pb-quiet">—</span>',
        "".join(_files_markup(visit, claim, change) for change in files) or '<span class="pb-quiet">—</span>',
    )
    labels = ("claims_clause", "claims_changed", "claims_files")
    shown = "".join(
        f'<td data-label="{escape(visit.words(f"review.{label}"), quote=True)}">{cell}</td>'
        for label, cell in zip(labels, cells, strict=True)
    )
    return f'<tr data-row="{escape(row.row_id, quote=True)}">{shown}</tr>'


def _change_markup(change: AnswerChange) -> str:
    before = f"<del>{escape(change.before)}</del> → " if change.before else ""
    after = f"<ins>{escape(change.after)}</ins>" if change.after else "—"
    return f"<div>{escape(change.field_label or change.label)}：{before}{after}</div>"


def _files_markup(visit: Visit, claim: Claim, change: AnswerChange) -> str:
    new = [token for token in change.files_after if token not in change.files_before]
    gone = [token for token in change.files_before if token not in change.files_after]
    words = visit.words("review.files_gone", count=len(gone)) if gone else ""
    told = f'<p class="pb-quiet">{escape(words)}</p>' if words else ""
    return files_markup([_file(claim, token) for token in new], visit.lang) + told


def _file(claim: Claim, token: str) -> ShownFile | None:
    found = claim.evidence.get(token)
    return None if found is None else shown_file(claim.key, found)
