"""Values that a method cannot take: reported with the row of the first one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from pbwidgets.errors import DataError
from pbwidgets.scoring.arrays import Bools, Floats


class DomainError(DataError):
    """A method was given a value that it is not defined for.

    Raised by the methods with ``method``, ``value`` and ``row`` (from 0); the steps of an index raise it again
    with the unit and the line of the dictionary.
    """


def require_positive(values: Floats, method: str) -> None:
    """Nothing, if all known values are above 0.

    Parameters
    ----------
    values
        Values in any shape, the first axis being rows; NaN is ignored.
    method
        Name of the method for the message.

    Raises
    ------
    DomainError
        ``index.not_positive`` with the first value that is 0 or below.
    """
    _require(values, values <= 0, "index.not_positive", method)


def require_not_negative(values: Floats, method: str) -> None:
    """Nothing, if no known value is below 0.

    Raises
    ------
    DomainError
        ``index.negative`` with the first value below 0.
    """
    _require(values, values < 0, "index.negative", method)


def _require(values: Floats, wrong: Bools, code: str, method: str) -> None:
    if wrong.any():
        place = tuple(int(at) for at in np.argwhere(wrong)[0])
        raise DomainError(code, method=method, value=f"{values[place]:.6g}", row=place[0])


@contextmanager
def locating(code: str, units: "pd.Index[Any]") -> Iterator[None]:
    """Report what a method is not defined for with the line of the dictionary and the unit instead of the row."""
    try:
        yield
    except DomainError as error:
        args = error.args_of_message
        unit = str(units[args["row"]])
        raise DomainError(f"{error.code}_at", **{**args, "line": code, "unit": unit}) from error
