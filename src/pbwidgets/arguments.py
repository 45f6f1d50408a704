"""What a function was called with, held against the annotations of its parameters.

Whoever works in a notebook has no type checker: a wrong argument is named here, before it becomes an error of
another library somewhere below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter, signature
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Final, NoReturn, Union, get_args, get_origin

from pbwidgets.errors import UsageError
from pbwidgets.wording import LANGUAGES

_NUMBERS: Final[Mapping[object, type]] = {int: Integral, float: Real}  # those of numpy are numbers, too
_SHOWN: Final[Mapping[object, str]] = {NoneType: "None", Iterable: "list", Sequence: "list", Mapping: "dict"}
_LONGEST: Final = 40


def check_arguments(function: Callable[..., object], given: Mapping[str, object]) -> None:
    """Raise if an argument is not of the type that its parameter is annotated with.

    Parameters
    ----------
    function
        The function. Annotations that are texts or ``Any`` are not looked at.
    given
        Its arguments by name, as ``locals()`` has them in its first line; other names are not looked at.

    Raises
    ------
    UsageError
        ``errors.wrong_argument``, with argument, what was given, and what is allowed.

    Examples
    --------
    >>> def draw(places: int, title: str | None = None) -> None: ...
    >>> check_arguments(draw, {"places": 3})
    >>> check_arguments(draw, {"places": "3"})
    Traceback (most recent call last):
        ...
    pbwidgets.errors.UsageError: 参数 places 不能是 '3'（str）。 应为：int。
    """
    for name, parameter in signature(function).parameters.items():
        if name in given and not _fits(given[name], parameter.annotation):
            refuse_argument(name, given[name], _words(parameter.annotation))


def refuse_argument(name: str, value: object, allowed: str) -> NoReturn:
    """Raise the error of an argument that cannot be.

    Raises
    ------
    UsageError
        ``errors.wrong_argument``.
    """
    said = repr(value) if isinstance(value, str | int | float) else ""
    shown = f"{said[:_LONGEST]}（{type(value).__name__}）" if said else type(value).__name__
    raise UsageError("errors.wrong_argument", argument=name, value=shown, allowed=allowed)


def check_language(lang: str | None) -> None:
    """Raise if there are no words in a language that was asked for.

    Raises
    ------
    UsageError
        ``errors.wrong_argument``.
    """
    if lang not in (None, *LANGUAGES):
        refuse_argument("lang", lang, " | ".join(LANGUAGES))


def _fits(value: object, annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in get_args(annotation))
    if isinstance(origin, type):
        inner = get_args(annotation)
        if isinstance(value, str) and not issubclass(
            origin, str
        ):  # a text is a sequence of letters, never meant so
            return False
        return isinstance(value, origin) and (
            origin is not Sequence or all(_fits(item, inner[0]) for item in value)  # type: ignore[attr-defined]
        )
    if annotation is None or annotation is NoneType:
        return value is None
    if not isinstance(annotation, type) or annotation in (Any, Parameter.empty):
        return True
    if annotation in _NUMBERS:
        return isinstance(value, _NUMBERS[annotation]) and not isinstance(value, bool)
    return isinstance(value, annotation)


def _words(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        return " | ".join(map(_words, get_args(annotation)))
    kind = get_origin(annotation) or annotation
    return _SHOWN.get(kind) or str(getattr(kind, "__name__", kind))
