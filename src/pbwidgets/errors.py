"""Errors and problems: a code, its values, and what to do about it.

An error ends a command. A *problem* is one line of a list: checks collect all problems of a file before
they report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pbwidgets.wording import default_language, has_words, say


class PbError(Exception):
    """Base of all errors of the package.

    Parameters
    ----------
    code
        Code of the message, for example ``store.draft_changed``; its text and its remedy
        (``<code>.remedy``) are in the catalogues of both languages.
    **args
        Values that the message contains. They must be picklable: errors cross processes. A value with a method
        ``words``, such as the name of a line, is written in the language of the message.
    """

    def __init__(self, code: str, **args: Any) -> None:
        super().__init__(code)
        self.code = code
        self.args_of_message = args

    def message(self, lang: str | None = None) -> str:
        """What went wrong."""
        return say(self.code, lang, **_in_words(self.args_of_message, lang))

    def remedy(self, lang: str | None = None) -> str:
        """What to do, or an empty text."""
        code = f"{self.code}.remedy"
        return say(code, lang, **_in_words(self.args_of_message, lang)) if has_words(code) else ""

    def words(self, lang: str | None = None) -> str:
        """What went wrong and what to do, in one text."""
        return " ".join(part for part in (self.message(lang), self.remedy(lang)) if part)

    def __str__(self) -> str:
        return self.words()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.args_of_message)


def _in_words(args: Mapping[str, Any], lang: str | None) -> dict[str, Any]:
    lang = lang or default_language()
    return {name: value.words(lang) if hasattr(value, "words") else value for name, value in args.items()}


def _rebuild(cls: type[PbError], code: str, args: dict[str, Any]) -> PbError:
    error = cls.__new__(cls)
    PbError.__init__(error, code, **args)
    return error


class UsageError(PbError):
    """The command was called incorrectly (exit code 2)."""


class DataError(PbError):
    """The data, a file or a run is at fault (exit code 1)."""


class RightsError(PbError):
    """The actor may not do this."""


class ConflictError(PbError):
    """Somebody else was quicker: a draft, a version or a state has changed in the meantime."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file.

    Attributes
    ----------
    code
        Code of the message (``campaign.unknown_key``); ``<code>.remedy`` says what to do.
    file
        The file, as the user named it.
    place
        Where in the file: ``12`` for line 12, ``Sheet!B7`` for a cell.
    args
        Values that the message contains; a problem among them stands for its message.
    """

    code: str
    file: str
    place: str = ""
    args: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.line()

    def message(self, lang: str | None = None) -> str:
        """What is wrong."""
        args = {
            name: value.message(lang) if isinstance(value, Problem) else value
            for name, value in self.args.items()
        }
        return say(self.code, lang, **_in_words(args, lang))

    def remedy(self, lang: str | None = None) -> str:
        """What to do, or an empty text."""
        code = f"{self.code}.remedy"
        return say(code, lang, **_in_words(self.args, lang)) if has_words(code) else ""

    def line(self, lang: str | None = None) -> str:
        """One line of the list: ``file:place: code: message remedy``."""
        where = f"{self.file}:{self.place}" if self.place else self.file
        return " ".join(
            part for part in (f"{where}: {self.code}:", self.message(lang), self.remedy(lang)) if part
        )


class ProblemsError(DataError):
    """A file has problems; all of them are in :attr:`problems`, and nothing was taken from it.

    :attr:`notes` are what was changed or passed over before that, which a reader of the problems wants to know.
    """

    def __init__(self, problems: Sequence[Problem], notes: Sequence[Problem] = ()) -> None:
        super().__init__("errors.problems", count=len(problems))
        self.problems = tuple(problems)
        self.notes = tuple(notes)

    def words(self, lang: str | None = None) -> str:
        """What is wrong with the file, a problem a line; then what was changed or passed over."""
        lines = [problem.line(lang) for problem in (*self.problems, *self.notes)]
        return "\n".join([self.message(lang), *lines])

    def __reduce__(self) -> tuple[Any, ...]:
        return ProblemsError, (self.problems, self.notes)
