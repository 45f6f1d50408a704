"""A form to fill in, from a few fields written down in a notebook."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pbwidgets.arguments import check_arguments, check_language

if TYPE_CHECKING:
    from pbwidgets.forms.form_box import FormBox


def form(
    fields: object,
    *,
    answers: Mapping[str, Any] | None = None,
    title: str = "",
    lang: str | None = None,
    on_submit: Callable[[dict[str, Any]], object] | None = None,
) -> "FormBox":
    """A form to be shown in a notebook, with what is entered in its ``answers`` and ``frame``.

    What is missing or wrong is in its ``problems``.

    Parameters
    ----------
    fields
        One of these:

        - a mapping of names to types (``"text"``), to lists of options, or to the keys that a field has in a campaign
          file (``{"type": "integer", "minimum": 0}``); plain strings are labels in both languages;
        - a form as it stands in a campaign file, with ``choices`` beside its ``fields``: a mapping, a YAML text, or
          the path of a YAML file;
        - the path of an XLSForm, or its sheets as frames by name; one frame alone is the sheet of fields.
    answers
        Answers to begin with, by name.
    title
        Heading above the form.
    lang
        ``zh_CN`` or ``en``; by default that of the interface.
    on_submit
        Takes the answers when they are submitted. Without it there is no button.

    Raises
    ------
    ProblemsError
        Everything that is wrong with the fields, with its place.
    UsageError
        If no fields can be read from it, or another argument is of a wrong type.
    DataError
        ``forms.unknown_answer`` for an answer that no field asks for.

    Examples
    --------
    >>> asked = form({"村名": "text", "台账": ["是", "否"]}, answers={"台账": "是"}, title="季度自查")
    >>> asked.answers
    {'台账': '是'}
    >>> asked.frame["台账"].tolist()
    ['是']
    """
    from pbwidgets.forms.fields import read_fields
    from pbwidgets.forms.form_box import FormBox

    check_arguments(form, locals())
    check_language(lang)
    read = read_fields(fields, title=title)
    return FormBox(
        read.form,
        read.campaign,
        answers=answers,
        lang=lang,
        on_submit=on_submit,
        title=title,
        names=read.names,
    )
