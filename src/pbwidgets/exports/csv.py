"""CSV, which Excel opens on a double click: no text is ever computed, and our own reader gives it back as it was."""

import pandas as pd

from pbwidgets.intake.text import drop_unfit, protect


def to_csv(frame: pd.DataFrame) -> str:
    """Text of a CSV file with the frame's columns; its index is left out.

    A text that a spreadsheet would take for a formula has a ``'`` before it (OWASP, *CSV Injection*), which
    :func:`pbwidgets.intake.read_table` takes off again; numbers stay numbers.

    Examples
    --------
    >>> print(to_csv(pd.DataFrame({"unit_name": ["=1+1镇", "甲镇"], "change": [-0.5, 1.0]})), end="")
    unit_name,change
    '=1+1镇,-0.5
    甲镇,1.0
    """
    return frame.rename(columns=_to_cell).map(_to_cell).to_csv(index=False, lineterminator="\n")


def _to_cell(value: object) -> object:
    return protect(drop_unfit(value)) if isinstance(value, str) else value
