"""A form that is shown by itself: in JupyterLab, in plain Voilà, in an app.

It brings its look with it and asks no server for anything. What is entered stays in the notebook until its
``answers`` are read, or a function takes them when they are submitted.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as w
from traitlets import Dict

from pbwidgets.campaign import AnswerProblem, Campaign, Field, Form, rows_in
from pbwidgets.campaign.values import UPLOADS
from pbwidgets.errors import PbError
from pbwidgets.forms import elements
from pbwidgets.forms.answer_frame import build_answer_frame
from pbwidgets.forms.answer_names import Names
from pbwidgets.forms.answer_sheet import without_groups
from pbwidgets.forms.form_view import FormView
from pbwidgets.forms.look import look_markup
from pbwidgets.forms.uploads import Files
from pbwidgets.wording import Words, spoken_language

if TYPE_CHECKING:
    import pandas as pd

_WIDEST: Final = "1000px"
_log = logging.getLogger("pbwidgets.forms")


class FormBox(w.VBox):
    """A form with its own look.

    Parameters
    ----------
    form, campaign
        What is to be filled in; the campaign holds the choices.
    answers
        Answers to begin with, by name; not changed.
    lang
        ``zh_CN`` or ``en``; by default that of the interface.
    on_submit
        Takes the answers when they are submitted. Without it there is no button.
    title
        Heading above the form.
    names
        What fields and choices are called in ``answers`` and ``frame``; by default by their ids.
    files
        Where uploads go; without it the form says that it takes no files, and asks for none.

    Attributes
    ----------
    answers
        Canonical answers now; what is wrong is in them as it was typed. Can be observed.

    Raises
    ------
    DataError
        ``forms.unknown_answer`` for an answer that no field asks for.

    Examples
    --------
    >>> from pbwidgets.campaign.one_form import campaign_around
    >>> words = lambda text: {"zh": text, "en": text}
    >>> visits = {"id": "visits", "type": "integer", "label": words("走访"), "minimum": 0}
    >>> data = {"id": "check", "name": words("自查"), "unit_kind": "unit", "fields": [visits]}
    >>> campaign = campaign_around(data, {})
    >>> box = FormBox(campaign.form("check"), campaign, answers={"visits": 3})
    >>> box.answers, box.problems
    ({'visits': 3}, ())
    """

    answers = Dict(read_only=True)

    def __init__(
        self,
        form: Form,
        campaign: Campaign,
        *,
        answers: Mapping[str, Any] | None = None,
        lang: str | None = None,
        on_submit: Callable[[dict[str, Any]], object] | None = None,
        title: str = "",
        names: Names | None = None,
        files: Files | None = None,
    ) -> None:
        super().__init__(layout=w.Layout(flex_flow="column", max_width=_WIDEST))
        self.add_class("pb-look").add_class("pb-form-box")
        self._form = form if files is not None else form.model_copy(update={"fields": _spare(form.fields)})
        self._names, self._on_submit = names or Names(), on_submit
        self._words = Words("forms", spoken_language(lang or ""))
        self._view = FormView(
            self._form,
            campaign,
            self._names.inward(form.fields, answers or {}),
            lang=self._words.lang,
            on_change=self._changed,
            files=files,
            today=date.today(),
            name=f"{self.model_id[:8]}-",
            legend="forms.legend_required" if _is_any_required(self._form.fields) else "",
        )
        self._messages = elements.Messages()
        self._submit = elements.button(self._words("submit"), self.submit, "primary")
        self._keep()
        self.children = tuple(self._make_children(title, form))

    # -- for callers ------------------------------------------------------------------------------------

    @property
    def frame(self) -> "pd.DataFrame":
        """Answers as one row: a column for each field, with the type of the field; see :func:`build_answer_frame`.

        Rows of repeats are in :meth:`rows`.
        """
        return build_answer_frame(self._form.fields, [self._view.answers], self._names)

    def rows(self, repeat: str) -> "pd.DataFrame":
        """Rows of a repeat, by its name: a column for each of its fields, a row for each that was filled in.

        Raises
        ------
        KeyError
            If the form has no repeat of that name.
        """
        found = {self._names.of(name): view.field for name, view in self._view.repeats().items()}[repeat]
        return build_answer_frame(found.fields, rows_in(self._view.answers, found.id), self._names)

    @property
    def problems(self) -> tuple[AnswerProblem, ...]:
        """Everything that is missing or wrong now; ``message()`` puts it into words."""
        return tuple(map(self._names.of_problem, self._view.problems))

    def submit(self) -> None:
        """Hand the answers over, as the button does; or show all that is missing or wrong."""
        if self._on_submit is None:
            return
        if self._view.ask_all():
            head = self._words("not_submitted", count=len(self._view.problems))
            self._messages.value = elements.notice_markup("error", head) + self._view.jump_links()
            return
        self._messages.clear()
        self._submit.disabled = True  # a second press would hand them over twice
        try:
            self._on_submit(dict(self.answers))
        except Exception as error:
            _log.exception("what takes the answers of a form failed")
            self._messages.say("error", self._words("submit_failed", cause=_cause(error, self._words.lang)))
        else:
            self._messages.say("good", self._words("submitted", time=f"{datetime.now():%H:%M:%S}"))
        finally:
            self._submit.disabled = False

    # -- inside -----------------------------------------------------------------------------------------

    def _make_children(self, title: str, form: Form) -> list[w.Widget]:
        made: list[w.Widget] = [w.HTML(look_markup(), layout=w.Layout(display="none"))]
        if title:
            made.append(elements.heading(title))
        if form.hint is not None:
            made.append(elements.paragraph(form.hint.words(self._words.lang), quiet=True))
        made.append(self._view.widget)
        return [*made, self._messages, elements.row(self._submit)] if self._on_submit else made

    def _changed(self, _: dict[str, Any]) -> None:
        self._messages.clear()
        self._keep()

    def _keep(self) -> None:
        self.set_trait("answers", self._names.outward(self._form.fields, self._view.answers))


def _spare(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields, of which no upload must be given."""
    return tuple(
        item.model_copy(update={"required": False, "min_count": None})
        if item.type in UPLOADS
        else item.model_copy(update={"fields": _spare(item.fields)})
        for item in fields
    )


def _is_any_required(fields: Sequence[Field]) -> bool:
    return any(
        item.required or item.min_count or _is_any_required(item.fields) for item in without_groups(fields)
    )


def _cause(error: Exception, lang: str) -> str:
    return error.words(lang) if isinstance(error, PbError) else f"{type(error).__name__}: {error}"
