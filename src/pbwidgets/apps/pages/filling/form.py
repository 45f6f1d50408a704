"""One form on the page: fill in, save automatically, hand in, take back, print.

What was typed is never lost: it is saved a moment after typing stops; if saving fails, the page says so and
tries again; if somebody else has saved in the meantime, both versions are shown, and a person chooses.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import ipywidgets as w

from pbwidgets.apps.autosave import Autosave
from pbwidgets.apps.pages.filling.amending import Amendment, AmendUse
from pbwidgets.apps.pages.filling.excel import draft_panel
from pbwidgets.apps.pages.filling.self_marks import SelfMarksView
from pbwidgets.apps.pages.filling.stamping import stamp_card
from pbwidgets.apps.pages.filling.summary import after_uploads, changes_card, conflict_card, summary_card
from pbwidgets.apps.pages.ground.form_files import FormFiles, paper_address
from pbwidgets.apps.pages.ground.return_panel import Done
from pbwidgets.apps.pages.ground.state_words import account_words, minute_words, state_words
from pbwidgets.apps.save_status import SaveStatus
from pbwidgets.apps.visit import Visit
from pbwidgets.errors import ConflictError, PbError, RightsError
from pbwidgets.forms import elements
from pbwidgets.forms.answer_sheet import answers_markup
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.unit_choice import UnitRegister
from pbwidgets.store import Actor, SubmissionKey
from pbwidgets.store.submissions import DRAFT, NOT_BEGUN
from pbwidgets.workflows.exchange.checking import ChangedAnswers
from pbwidgets.workflows.filling.amending import confirm_unchanged
from pbwidgets.workflows.filling.comparing import changes_of_form
from pbwidgets.workflows.filling.drafts import hand_in_form, save_answers, take_back
from pbwidgets.workflows.filling.entries import (
    OpenForm,
    copy_from_period,
    open_submission,
    periods_to_copy_from,
)
from pbwidgets.workflows.filling.self_marks import begin_dry_run, load_self_marks, save_self_marks
from pbwidgets.workflows.ground.desk import NEWER_VERSION, Desk
from pbwidgets.workflows.ground.dry_run import self_tracks
from pbwidgets.workflows.ground.workspace import ZONE, today

_COPIED_FROM: Final = 2
"""Most earlier periods that are offered to copy from: a campaign may have one a month."""
RETRY_S: Final = 5.0
"""Seconds until a failed save is tried again."""

_log = logging.getLogger("pbwidgets.apps")


class FillForm:
    """One submission on the page.

    Attributes
    ----------
    widget
        What is shown.
    view
        The form while it can be edited, else None.
    self_marks
        Own marks, one view for each track in which the form counts.
    """

    def __init__(self, visit: Visit, actor: Actor, key: SubmissionKey) -> None:
        self.visit, self.actor, self.key = visit, actor, key
        self.view: FormView | None = None
        self.amendment: Amendment | None = None
        self.self_marks: list[SelfMarksView] = []
        self.autosave = Autosave(self._save)
        self._unsaved: dict[str, Any] | None = None
        self._marks_unsaved = False
        self._restored = ""
        self._head = elements.stack()
        self._head.add_class("pb-fill-head")
        self._status = SaveStatus()
        self._body = elements.stack()
        self._below = elements.stack()
        self._excel = elements.stack()
        always = elements.stack(self._status, visit.messages)  # visible wherever the page is scrolled to
        always.add_class("pb-status")
        self.widget = elements.stack(self._head, always, self._excel, self._body, self._below)
        self.opened = self._load()
        self.changes = self.opened.changes
        self.revision = self.opened.revision
        self._restored = self._restored_words()
        self.draw()

    # -- drawing --------------------------------------------------------------------------------------------

    @property
    def _desk(self) -> Desk:
        """Desk of who fills in, who may act for the unit; made anew for each action, as the visit's own."""
        return replace(self.visit.desk, actor=self.actor)

    def _load(self) -> OpenForm:
        return open_submission(self._desk, self.key)

    def draw(self) -> None:
        """Build the page for the submission's current state."""
        opened = self.opened
        self.files = FormFiles(self.visit, self.actor, self.key, opened.evidence)
        self._below.children = self._excel.children = ()
        self.view = self.amendment = None
        if opened.is_amendment and opened.changeable and opened.period_is_open:
            self._status.settle("")
            self._body.children = tuple(self._make_amendment())
        elif opened.is_editable:
            self._body.children = tuple(self._make_form(opened.answers))
            self._say_saved(opened.saved_at)
        else:
            self._status.settle("")
            self._body.children = tuple(self._make_sheet())
        self._head.children = self._make_head()  # its links need the fields of the form

    def _make_head(self) -> tuple[w.Widget, ...]:
        visit, opened = self.visit, self.opened
        words = visit.words(
            "fill.form_of_unit",
            form=opened.form.name.words(visit.lang),
            unit=visit.unit_name(self.key.unit_code),
        )
        made: list[w.Widget] = [elements.heading(words), elements.paragraph(self._state_words())]
        if self._restored:
            made.append(elements.paragraph(self._restored, quiet=True))
        if opened.form.hint is not None:
            made.append(elements.paragraph(opened.form.hint.words(visit.lang), quiet=True))
        if self.actor.on_behalf:
            made.append(elements.notice("info", visit.words("fill.on_behalf")))
        if opened.may_confirm:
            made.append(elements.button(visit.words("fill.unchanged"), self._attempt(self.confirm_unchanged)))
        made += self._decided()
        if opened.is_editable and not opened.is_amendment:
            made += self._before_handing_in()
        return tuple(made)

    def _decided(self) -> list[w.Widget]:
        """What others have decided about it, with their reasons."""
        visit, opened, made = self.visit, self.opened, list[w.Widget]()
        if opened.decided is not None:
            decided = opened.decided
            moment, by = minute_words(visit, decided.made_at), account_words(visit, decided.made_by.name)
            words = visit.words("fill.decided", moment=moment, by=by, reason=decided.reason)
            made.append(elements.notice("warn", words))
        for path, reasons in opened.returned.items():
            made += [self._returned(path, reason) for reason in reasons]
        return made

    def _before_handing_in(self) -> list[w.Widget]:
        """What has to be known while it is edited, and the way to edit it in Excel."""
        visit, opened, made = self.visit, self.opened, list[w.Widget]()
        if self.changes:
            made.append(changes_card(visit, self.changes))
        if opened.returned and opened.until and not opened.is_closed(visit.desk.now):
            day = (opened.until - timedelta(microseconds=1)).astimezone(ZONE).date()
            made.append(elements.notice("info", visit.words("fill.correct_until", day=day)))
        if opened.is_closed(visit.desk.now):
            made.append(elements.notice("warn", visit.words("fill.closed")))
        if opened.form.occurrence == "once":
            excel = visit.words("excel.fill_panel")
            made.append(elements.button(excel, self._attempt(self.work_in_excel), "link"))
        return made

    def _state_words(self) -> str:
        visit, opened = self.visit, self.opened
        code = "fill.state_line_version" if opened.version else "fill.state_line"
        state = state_words(visit, opened.state)
        lines = [visit.words(code, state=state, version=opened.version)]
        if opened.handed_in is not None and opened.state != DRAFT:
            who = opened.handed_in.made_by
            code = "fill.handed_in_on_behalf" if who.on_behalf else "fill.handed_in"
            moment = minute_words(visit, opened.handed_in.made_at)
            lines.append(visit.words(code, moment=moment, by=account_words(visit, who.name)))
        life = opened.hands.life if opened.is_amendment else None
        if life is not None:
            words = life.words or visit.words("forms.row_not_begun")
            lines.append(visit.words("fill.life_line", life=words, due=life.word_due(visit.lang)))
        else:
            lines.append(visit.words("fill.deadline_line", deadline=self._deadline_words()))
        return "\n".join(lines)

    def _restored_words(self) -> str:
        """What is said on opening a form that somebody has begun: whose draft it is, and of when."""
        opened = self.opened
        if not opened.is_editable or opened.saved_at is None or not opened.answers:
            return ""
        code = "fill.restored" if opened.saved_by == self.actor.name else "fill.restored_of"
        by = account_words(self.visit, opened.saved_by or "")
        return self.visit.words(code, by=by, moment=minute_words(self.visit, opened.saved_at))

    def _returned(self, path: str, reason: str) -> w.Widget:
        visit = self.visit
        words = visit.words("fill.returned", field=self._label(path), reason=reason)
        view = self.view if self.amendment is None else self.amendment.view
        if not path or view is None:
            return elements.notice("warn", words)
        is_asked = path == visit.place.get("field")
        return elements.pointer(
            "warn", words, visit.words("fill.to_field"), view.anchor(path), is_asked=is_asked
        )

    def _label(self, path: str) -> str:
        if not path:
            return self.visit.words("fill.whole_form")
        for found, field in self.opened.form.leaves():
            if found == path:
                return field.label.words(self.visit.lang)
        return next((f.label.words(self.visit.lang) for f in self.opened.form.fields if f.id == path), path)

    def _deadline_words(self) -> str:
        visit, until = self.visit, self.opened.until
        if until is None:
            return visit.words("fill.no_deadline")
        last = (until - timedelta(microseconds=1)).astimezone(ZONE).date()
        words = visit.words("fill.last_day", day=last.isoformat())
        days = (last - today()).days
        if not self.opened.is_editable:
            pass  # whoever has handed in need not count the days
        elif days < 0:
            words += visit.words("fill.days_over", days=-days)
        else:
            words += visit.words("fill.days_left", days=days) if days else visit.words("fill.ends_today")
        return words + (visit.words("fill.extended") if self.opened.has_exception else "")

    def _make_form(self, answers: Mapping[str, Any]) -> list[w.Widget]:
        visit = self.visit
        self.view = FormView(
            self.opened.form,
            visit.opened.campaign,
            answers,
            lang=visit.lang,
            on_change=self._changed,
            returned=self.opened.returned,
            files=self.files,
            today=today(),
            names=self.opened.common_words,
            units=self._unit_register(),
            counting=self.opened.counting,
        )
        self.self_marks = self._make_self_marks(self.view.answers, editable=True)
        return [self.view.widget, *(item.widget for item in self.self_marks), self._actions()]

    def _unit_register(self) -> UnitRegister | None:
        """Units that fields may point at; None where no field does."""
        if all(field.type != "unit" for _, field in self.opened.form.leaves()):
            return None
        return UnitRegister(self._desk.units, self.visit.opened.campaign, self.visit.lang)

    def _make_self_marks(self, answers: dict[str, Any], *, editable: bool) -> list[SelfMarksView]:
        visit, made, before = self.visit, list[SelfMarksView](), self.self_marks
        if self.actor.on_behalf:  # they mark the unit later, without having seen its marks
            return made
        for track, layer_id in self_tracks(visit.opened.campaign, self.opened.form):
            run = begin_dry_run(self._desk, self.key, track, layer_id)
            marks = load_self_marks(self._desk, self.key.unit_code, layer_id)
            if self._marks_unsaved:
                marks = next((item.fitting(run) for item in before if item.is_of(run)), marks)
            on_change = self._marks_changed if editable else None
            made.append(SelfMarksView(visit, run, answers, marks, on_change=on_change))
        return made

    def _actions(self) -> w.Widget:
        visit = self.visit
        submit = self._submit = elements.button(
            visit.words("fill.submit"), self._attempt(self.ask_to_submit), "primary"
        )
        made: list[w.Widget] = [after_uploads(submit)]
        for period_id in periods_to_copy_from(visit.workspace, visit.opened, self.key)[:_COPIED_FROM]:
            words = visit.words("fill.copy_from", period=period_id)
            made.append(
                elements.button(words, self._attempt(lambda period_id=period_id: self.copy(period_id)))
            )
        if self.opened.version:
            made.append(self._papers(0))
        made.append(elements.links([(visit.words("fill.to_list"), visit.link("fill"))]))
        return elements.row(*made)

    def _papers(self, version: int) -> w.Widget:
        """Links to the paper of a version: to print it here, or in Word."""
        words = self.visit.words
        return elements.links(
            [
                (words("fill.print"), paper_address(self.key, version)),
                (words("fill.print_word"), paper_address(self.key, version, word=True)),
            ]
        )

    def _make_amendment(self) -> list[w.Widget]:
        """The form with what may still be changed of it, and what is done with it besides."""
        visit = self.visit
        use = AmendUse(
            visit=visit,
            opened=self.opened,
            files=self.files,
            units=self._unit_register(),
            desk=lambda: self._desk,
            status=self._status,
            done=self._shown_anew,
        )
        self.amendment = Amendment(use)
        self.self_marks = self._make_self_marks(dict(self.opened.answers), editable=False)
        marks = [item.widget for item in self.self_marks]
        return [*self.amendment.parts, *marks, elements.row(*self._more_actions())]

    def _shown_anew(self, words: str) -> None:
        """Show the submission as it is now, and say what was done."""
        self.opened = self._load()
        self.changes = self.opened.changes
        self.revision = self.opened.revision
        self._unsaved = None
        self.draw()
        self.visit.messages.confirm(words)

    def confirm_unchanged(self) -> None:
        """Hand in what was given last time, unchanged."""
        version = confirm_unchanged(self._desk, self.key)
        self._shown_anew(self.visit.words("fill.unchanged_done", version=version))

    def _more_actions(self) -> list[w.Widget]:
        """What can be done with what was handed in: take it back, print it, go to the list."""
        visit, opened = self.visit, self.opened
        actions: list[w.Widget] = []
        if opened.can_take_back:
            words = visit.words("fill.take_back")
            actions.append(elements.button(words, self._attempt(self.take_back), "danger"))
        if opened.version:
            actions.append(self._papers(opened.version))
        return [*actions, elements.links([(visit.words("fill.to_list"), visit.link("fill"))])]

    def _make_sheet(self) -> list[w.Widget]:
        """The form as read-only text: one widget, however long it is."""
        visit, opened = self.visit, self.opened
        sheet = answers_markup(
            opened.form,
            visit.opened.campaign,
            opened.answers,
            visit.lang,
            self.files.shown,
            name_unit=visit.unit_name,
        )
        self.self_marks = self._make_self_marks(dict(opened.answers), editable=False)
        stamped = [stamp_card(visit, self.actor, opened, self._attempt)] if opened.version else []
        return [
            elements.card(elements.markup(sheet)),
            *(item.widget for item in self.self_marks),
            *stamped,
            elements.row(*self._more_actions()),
        ]

    # -- saving ---------------------------------------------------------------------------------------------

    def _changed(self, answers: dict[str, Any]) -> None:
        self._unsaved = answers
        self._below.children = ()  # an open summary would be out of date
        self._status.wait(self.visit.words("fill.saving"))
        self.autosave.touch()
        if self.files.take_kept():
            self.autosave.flush()  # a file that is shown is one that is kept, also if the page is closed now

    def _marks_changed(self) -> None:
        self._marks_unsaved = True
        self._status.wait(self.visit.words("fill.saving"))
        self.autosave.touch()

    def _save(self) -> None:
        """Save unsaved changes; a failure is shown and, where it may help, tried again."""
        try:
            self._write()
        except ConflictError as error:
            if error.code == NEWER_VERSION:
                self._attempt(self._go_on)()
            else:
                self._show_conflict(error)
        except RightsError as error:
            self._say_not_saved(self.visit.refusal(error))
        except PbError as error:
            self._say_not_saved(self.visit.refusal(error))
            if error.code != "store.not_editable":  # waiting would not help
                self.autosave.retry(RETRY_S)
        except Exception:
            _log.exception("a draft could not be saved")
            self._say_not_saved(self.visit.words("apps.unexpected"))
            self.autosave.retry(RETRY_S)

    def _write(self) -> None:
        if self._unsaved is not None:
            self.revision = save_answers(self._desk, self.key, self._unsaved, self.revision)
            self._unsaved = None
            if self.opened.state == NOT_BEGUN:
                self.opened = replace(self.opened, state=DRAFT)
                self._head.children = self._make_head()
        if self._marks_unsaved:
            for item in self.self_marks:
                run = item.dry_run
                save_self_marks(self._desk, self.key, run.track, run.layer_id, item.marks)
            self._marks_unsaved = False
        self._say_saved(datetime.now(UTC))
        if self.view is not None:
            for item in self.self_marks:
                item.refresh(self.view.answers)

    def _say_saved(self, at: datetime | None) -> None:
        if at is None:
            self._status.settle("")
            return
        local = at.astimezone(ZONE)
        code = "fill.saved" if local.date() == today() else "fill.saved_on"
        self._status.settle(self.visit.words(code, time=f"{local:%H:%M:%S}", day=f"{local:%Y-%m-%d}"))

    def _say_not_saved(self, words: str) -> None:
        self._status.fail(self.visit.words("fill.not_saved", cause=words))

    # -- a newer version of the campaign ----------------------------------------------------------------------

    def _go_on(self) -> None:
        """Show the form of the newer version with what was typed, say what has changed, and save under it."""
        answers = self.view.answers if self.view is not None else dict(self.opened.answers)
        before = self.visit.reopen()
        self.opened = self._load()
        self.changes = changes_of_form(before.campaign, self.visit.opened.campaign, self.key.form_id)
        self._body.children = tuple(self._make_form(answers))
        self._head.children = self._make_head()
        self._unsaved = answers
        self._save()
        if self.changes:
            self.visit.messages.say("warn", self.visit.words("fill.newer_version"))

    # -- two at once ----------------------------------------------------------------------------------------

    def _show_conflict(self, error: ConflictError) -> None:
        """Show both versions side by side; nothing is saved until a person chooses."""
        theirs = error.args_of_message.get("answers")
        if theirs is None:  # handed in by the other person, not edited
            self._say_not_saved(self.visit.refusal(error))
            return
        mine = self.view.answers if self.view is not None else {}
        self._say_not_saved(error.message(self.visit.lang))
        self._below.children = (
            conflict_card(
                self.visit,
                self.actor,
                self.opened.form,
                self.files.name,
                mine,
                error,
                self._attempt(lambda: self.keep_mine(error)),
                self._attempt(self.take_theirs),
            ),
        )

    def keep_mine(self, error: ConflictError) -> None:
        """Overwrite the other person's version with this one."""
        self.revision = int(error.args_of_message["revision"])
        self._below.children = ()
        if self.view is not None:
            self._unsaved = self.view.answers
        self._save()

    def take_theirs(self) -> None:
        """Continue with the other person's version."""
        self.autosave.stop()
        self._unsaved = None
        self.opened = self._load()
        self.changes = self.opened.changes
        self.revision = self.opened.revision
        self.draw()

    # -- what the buttons do ----------------------------------------------------------------------------------

    def _attempt(self, call: Any) -> Any:
        """Callback whose errors are shown below the form."""
        return self.visit.attempt(call)

    def copy(self, period_id: str) -> None:
        """Fill empty fields from another period; nothing typed is overwritten."""
        visit = self.visit
        if self.view is None:
            return
        before = self.view.answers
        copied = copy_from_period(self._desk, self.key, period_id)
        new = {name: value for name, value in copied.items() if name not in before}
        self._show_answers({**new, **before})
        visit.messages.say("good", visit.words("fill.copied", period=period_id, count=len(new)))

    def work_in_excel(self) -> None:
        """Show the panel to fill the form in with Excel, or put it away."""
        if self._excel.children:
            self._excel.children = ()
            return
        self._below.children = ()
        panel = draft_panel(self.visit, self._settled_desk, self.key, self._take)
        self._excel.children = (panel.view,)

    def _settled_desk(self) -> Desk:
        """The desk, once nothing is unsaved: a workbook is of what is saved."""
        self.autosave.stop()
        if self._unsaved is not None or self._marks_unsaved:
            self._save()
        return self._desk

    def _take(self, change: ChangedAnswers, is_wrong: bool) -> Done:
        """Put the answers of a workbook into the draft, and show at the fields what is wrong in them."""
        visit, before = self.visit, dict(self.opened.answers) if self.view is None else self.view.answers
        self._show_answers(change.answers)
        if is_wrong and self.view is not None:
            self.view.ask_all()
        code = "excel.taken_wrong" if is_wrong else "excel.taken"
        return Done(visit.words(code), (visit.words("excel.undo"), lambda: self._show_answers(before)))

    def _show_answers(self, answers: Mapping[str, Any]) -> None:
        """Show other answers in the form, and save them as the draft."""
        self._body.children = tuple(self._make_form(answers))
        if self.view is not None:
            self._changed(self.view.answers)

    def ask_to_submit(self, *, keep_message: bool = False) -> None:
        """Show what prevents handing in, or what would be handed in, and ask."""
        if self.view is None:
            return
        if not keep_message:
            self.visit.messages.clear()
        self._settle()
        problems = self.view.ask_all()
        self._below.children = (
            summary_card(
                self.visit,
                self.actor,
                self.opened,
                self.view,
                self.files.name,
                self.self_marks,
                blocked=bool(problems),
                confirm=self._attempt(self.submit),
                close=self._close_summary,
            ),
        )

    def _close_summary(self) -> None:
        self._below.children = ()
        self._submit.focus()

    def submit(self) -> None:
        """Hand in the answers on this page."""
        if self.view is None:
            return
        self._settle()
        if self._unsaved is not None or self._marks_unsaved:
            return  # saving failed and has shown the reason
        visit = self.visit
        try:
            version = hand_in_form(self._desk, self.key, self.view.answers, self.revision)
        except ConflictError as error:
            if error.code != NEWER_VERSION:
                raise
            self._go_on()
            if self.changes:  # the clerk looks at them first
                self.ask_to_submit(keep_message=True)
            else:
                self.submit()
            return
        self.opened = self._load()
        self.changes = ()
        self.revision = self.opened.revision
        self._restored = ""
        self.draw()
        visit.messages.confirm(visit.words("fill.submitted", version=version))

    def take_back(self) -> None:
        """Take the submission back for editing."""
        visit = self.visit
        take_back(self._desk, self.key)
        visit.reopen()
        self.opened = self._load()
        self.changes = self.opened.changes
        self.revision = self.opened.revision
        self.draw()
        visit.messages.confirm(visit.words("fill.taken_back"))

    def _settle(self) -> None:
        """Save unsaved changes at once; a form not yet begun becomes a draft."""
        self.autosave.stop()
        if self.opened.state == NOT_BEGUN and self.view is not None:
            self._unsaved = self.view.answers
        if self._unsaved is not None or self._marks_unsaved:
            self._save()
