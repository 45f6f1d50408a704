"""Arguments held against annotations: what is of another type is named, what is meant is let through."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pbwidgets.arguments import check_arguments, check_language
from pbwidgets.errors import UsageError


def call(
    places: int | None = None,
    share: float = 0.5,
    ties: Sequence[str] = (),
    lines: Iterable[Mapping[str, Any]] = (),
    path: str | Path = "a",
    anything: Any = None,
    later: "Path" = Path(),
    bare=None,  # type: ignore[no-untyped-def]
) -> None: ...


@pytest.mark.parametrize(
    "given",
    [
        {"places": 3},
        {"places": np.int64(3)},
        {"places": None},
        {"share": 1},
        {"share": np.float32(0.5)},
        {"ties": ["走访"]},
        {"lines": iter([{}])},
        {"path": Path("a")},
        {"anything": object(), "later": 5, "bare": 5, "no parameter": 5},
    ],
)
def test_what_is_meant_is_let_through(given: dict[str, Any]) -> None:
    check_arguments(call, given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"places": 2.5}, "参数 places 不能是 2.5（float）。 应为：int | None。"),
        ({"places": "3"}, "不能是 '3'（str）"),
        ({"places": True}, "不能是 True（bool）"),
        ({"share": "一半"}, "应为：float"),
        ({"ties": "走访"}, "参数 ties 不能是 '走访'（str）。 应为：list。"),
        ({"ties": [5]}, "参数 ties 不能是 list"),
        ({"lines": "lines.yaml"}, "参数 lines .*应为：list"),
        ({"lines": None}, "参数 lines 不能是 NoneType"),
        ({"path": 5}, "应为：str | Path"),
    ],
)
def test_what_is_of_another_type_is_named_with_what_is_allowed(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("|", r"\|")):
        check_arguments(call, given)


def test_a_language_without_words_is_refused_with_those_there_are() -> None:
    check_language(None)
    check_language("en")
    with pytest.raises(UsageError, match=r"参数 lang 不能是 'fr'（str）。 应为：zh_CN \| en"):
        check_language("fr")
