"""Numbers of a result as a workbook shows them."""

import pandas as pd

from pbwidgets.cli.output import _columns
from pbwidgets.exports.columns import to_cell_texts


def test_a_column_whose_numbers_never_end_has_two_decimals_and_others_those_they_need() -> None:
    frame = pd.DataFrame({"points": [8.0, 2 / 3], "total": [88.5, 90.0], "exact": [80.03333, 80.0]})
    assert to_cell_texts(frame, _columns(frame)) == [
        ["8.00", "88.5", "80.03333"],
        ["0.67", "90.0", "80.00000"],
    ]
