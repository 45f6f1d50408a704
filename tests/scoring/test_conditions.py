from datetime import date

import numpy as np

from pbwidgets.scoring.conditions import find_holding


def test_the_same_combination_has_the_same_answer_in_every_row():
    columns = {
        "kind": np.array(["a", "b", "a", None], dtype=object),
        "number": np.array([1.0, 5.0, 9.0, 9.0]),
    }
    assert find_holding("${kind} = 'a' and ${number} > 3", columns, 4).tolist() == [False, False, True, False]


def test_an_expression_without_names_holds_everywhere_or_nowhere():
    assert find_holding("1 = 1", {}, 2).tolist() == [True, True]
    assert find_holding("${unknown} = 1", {}, 2).tolist() == [False, False]


def test_no_rows_give_no_answers():
    assert find_holding("${number} > 3", {"number": np.zeros(0)}, 0).shape == (0,)


def test_today_is_the_day_that_was_given():
    columns = {"held_on": np.array(["2026-12-30", "2027-01-02"], dtype=object)}
    assert find_holding("${held_on} <= today()", columns, 2, date(2026, 12, 31)).tolist() == [True, False]
