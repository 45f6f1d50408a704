"""Expressions mean what XLSForm's mean, and never crash."""

import pickle
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbwidgets.campaign.expressions import Expression, ExpressionError, parse

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("${n} > 3", {"n": 5}, True),
        ("${n} > 3", {"n": "5"}, True),
        ("${n} = 3", {"n": "3.0"}, True),
        ("${code} = '01'", {"code": "1"}, False),
        ("${plan} = 'yes'", {"plan": "yes"}, True),
        ("${plan} != 'yes'", {"plan": "no"}, True),
        ("${a} + ${b} * 2", {"a": 1, "b": "3"}, 7.0),
        ("7 div 2", {}, 3.5),
        ("-7 mod 3", {}, -1.0),
        ("(1 + 2) * 3", {}, 9.0),
        ("2 - -1", {}, 3.0),
        ("${a}-${b}-1", {"a": 5, "b": 3}, 1.0),
        ("${a} + ${b} = 0.3", {"a": 0.1, "b": 0.2}, True),
        ("selected(${kinds}, 'b')", {"kinds": ["a", "b"]}, True),
        ("selected(${kinds}, 'b')", {"kinds": "a b"}, True),
        ("selected(${kinds}, 'b')", {"kinds": "abc"}, False),
        ("count-selected(${kinds})", {"kinds": "a b c"}, 3.0),
        ("count-selected(${kinds})", {}, 0.0),
        ("count(${meetings})", {"meetings": [{"x": 1}, {"x": 2}]}, 2.0),
        ("sum(${meetings/attended})", {"meetings/attended": ["3", 4, None, ""]}, 7.0),
        ("sum(${attended})", {}, 0.0),
        ("if(${n} > 1, 'many', 'few')", {"n": 2}, "many"),
        ("string-length(${t})", {"t": "三级联争"}, 4.0),
        ("round(${n}, 2)", {"n": 88.445}, 88.45),
        ("round(${n}, 1)", {"n": -0.25}, -0.3),
        ("round(${n}, -1)", {"n": 145}, 150.0),
        ("round(2.5)", {}, 3.0),
        ("int(${n})", {"n": -2.7}, -2.0),
        ("int(0.29 * 100)", {}, 29.0),
        ("floor(${n} div 0.1)", {"n": 0.3}, 3.0),
        ("floor(-1.5)", {}, -2.0),
        ("ceiling(1.2)", {}, 2.0),
        ("ceiling(0.1 * 3 * 10)", {}, 3.0),
        ("abs(${n})", {"n": "-3"}, 3.0),
        ("number(${t}) + 1", {"t": "2"}, 3.0),
        ("number('abc')", {}, None),
        ("number(true())", {}, 1.0),
        ("true() and not(false())", {}, True),
        ("max(${a}, ${b}, 2)", {"a": 1, "b": 3}, 3.0),
        ("min(${a}, ${b})", {"a": 1}, None),
        ("min(${meetings/attended})", {"meetings/attended": ["3", None, 2]}, 2.0),
        ("max(${meetings/attended}, 9)", {"meetings/attended": [3, 4]}, 9.0),
        ("coalesce(${a}, ${b}, 0)", {"b": 4}, 4.0),
        ("coalesce(${a}, '')", {}, None),
        ("is_missing(${a})", {}, True),
        ("is_missing(${a})", {"a": 0}, False),
        ("is_missing(${a} > 3)", {}, True),
        ("concat(${a}, '-', 3, ${d}, true())", {"a": "x", "d": date(2026, 5, 1)}, "x-32026-05-01true"),
        ("concat(${a}, '')", {}, None),
        ("regex(${t}, '^[0-9]{6}$')", {"t": "100080"}, True),
        ("regex(${t}, '[0-9]+')", {"t": "100080号"}, False),
        ("regex(${t}, '[0-9]+')", {}, None),
        ("regex(${n}, '[0-9]+')", {"n": 12}, True),
        ("today() - ${d} > 30", {"d": "2026-05-01"}, True),
        ("${d} <= today()", {"d": date(2026, 6, 16)}, False),
        ("${a} <= ${b}", {"a": "2026-02-01", "b": "2026-10-01"}, True),
        ("${a} < ${b}", {"a": "9", "b": "10"}, True),
        ("not(${a} = 1 or ${b} = 1) and 1 = 1", {"a": 2, "b": 3}, True),
        ("${and} = 1", {"and": 1}, True),
        ("'${a}' = ${a}", {"a": "${a}"}, True),
        ("${kinds} = 'b'", {"kinds": ["a", "b"]}, True),
    ],
)
def test_evaluates_as_xlsform_does(text: str, values: dict[str, object], expected: object) -> None:
    assert parse(text).evaluate(values, today=TODAY) == expected


@pytest.mark.parametrize("empty", [None, "", [], float("nan")])
@pytest.mark.parametrize("symbol", ["=", "!=", "<", "<=", ">", ">="])
def test_comparison_with_an_empty_value_is_false(symbol: str, empty: object) -> None:
    assert parse(f"${{n}} {symbol} 3").holds({"n": empty}) is False
    assert parse(f"3 {symbol} ${{n}}").holds({"n": empty}) is False


def test_empty_text_asks_whether_a_value_is_empty() -> None:
    assert parse("${n} = ''").holds({})
    assert not parse("${n} = ''").holds({"n": 0})
    assert parse("${n} != ''").holds({"n": 0})
    assert not parse("'' != ${n}").holds({})


def test_arithmetic_with_an_empty_value_is_empty() -> None:
    assert parse("${n} + 1").evaluate({}) is None
    assert parse("1 div 0").evaluate({}) is None
    assert parse("'a' * 2").evaluate({}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${m} > 3", None),
        ("not(${m} > 3)", None),
        ("${m} > 3 and ${n} = 1", None),
        ("${m} > 3 and ${n} = 2", False),
        ("${n} = 2 and ${m} > 3", False),
        ("${m} > 3 or ${n} = 1", True),
        ("${n} = 2 or ${m} > 3", None),
        ("if(${m} > 3, 'a', 'b')", None),
        ("if(${m}, 'a', 'b')", None),
        ("if(not(${m} > 3), 'a', 'b')", None),
        ("if(${n} = 1, 'a', ${m})", "a"),
        ("if(is_missing(${m}), 'a', 'b')", "a"),
        ("if(${m} = '', 'a', 'b')", "a"),
        ("if(coalesce(${m}, 0) > 3, 'a', 'b')", "b"),
        ("if(count(${m}) > 0, 'a', 'b')", "b"),
        ("if(selected(${m}, 'x'), 'a', 'b')", "b"),
    ],
)
def test_a_missing_value_makes_what_is_asked_of_it_unknown(text: str, expected: object) -> None:
    assert parse(text).evaluate({"n": 1}) == expected
    assert parse(text).holds({"n": 1}) is bool(expected)


def test_dot_is_the_value_of_the_field_itself() -> None:
    expression = parse(". >= 0 and . <= ${limit}")
    assert expression.uses_self
    assert expression.names == {"limit"}
    assert expression.holds({"limit": 10}, self_value="7")
    assert not expression.holds({"limit": 10}, self_value=11)


def test_numbers_of_pandas_and_numpy_are_understood() -> None:
    import numpy as np
    import pandas as pd

    assert parse("${n} = 3").holds({"n": np.int64(3)})
    assert parse("${n} = 2.5").holds({"n": np.float64(2.5)})
    assert parse("${n} = ''").holds({"n": pd.NA})
    assert parse("${n} = ''").holds({"n": pd.NaT})


def test_a_text_is_parsed_once_and_survives_pickle() -> None:
    expression = parse("${a} = 1")
    assert parse("${a} = 1") is expression
    assert pickle.loads(pickle.dumps(expression)).holds({"a": 1})


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "campaign.expression_syntax", 1),
        ("${a} >", "campaign.expression_syntax", 6),
        ("${a} 3", "campaign.expression_syntax", 6),
        ("${a} == 3", "campaign.expression_syntax", 7),
        ("${A} = 3", "campaign.expression_syntax", 1),
        ("${a} = 'x", "campaign.expression_syntax", 8),
        ("meetings > 3", "campaign.expression_bare_name", 1),
        ("${a} > 3 and contains(${b}, 'x')", "campaign.expression_function", 14),
        ("selected(${a})", "campaign.expression_arguments", 1),
        ("1 = sum(${a}, ${b})", "campaign.expression_arguments", 5),
        ("regex(${a}, '(?=x)')", "campaign.expression_pattern", 13),
        ("regex(${a}, ${b})", "campaign.expression_pattern", 13),
        ("coalesce(${a})", "campaign.expression_too_few", 1),
        ("round(1, 2, 3)", "campaign.expression_arguments", 1),
        ("today(1)", "campaign.expression_arguments", 1),
        ("1" * 3000, "campaign.expression_too_long", 2000),
        ("+".join("1" * 200), "campaign.expression_too_deep", 1),
        ("(" * 900 + "1" + ")" * 900, "campaign.expression_too_deep", 1),
    ],
)
def test_a_wrong_expression_is_refused_with_its_position(text: str, code: str, position: int) -> None:
    with pytest.raises(ExpressionError, match=r".+") as caught:
        parse(text)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_the_error_survives_pickle_and_has_words_in_both_languages() -> None:
    with pytest.raises(ExpressionError, match=r"contains") as caught:
        parse("contains(${b}, 'x')")
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.position == 1
    assert "selected" in error.message("en") + error.remedy("en")
    assert "contains" in error.message("zh_CN")


_PIECES = st.sampled_from(
    [
        "${a}",
        "${b/c}",
        ".",
        "1",
        "2.5",
        "'x'",
        "''",
        " ",
        "+",
        "-",
        "*",
        " div ",
        " mod ",
        "=",
        "!=",
        "<",
        ">=",
        "(",
        ")",
        ",",
        " and ",
        " or ",
        "not(",
        "selected(",
        "count(",
        "sum(",
        "if(",
        "round(",
        "int(",
        "max(",
        "concat(",
        "coalesce(",
        "is_missing(",
        "regex(",
        "floor(",
        "today()",
        "string-length(",
        "$",
        "{",
        "..",
        "/",
    ]
)
_VALUES = st.one_of(
    st.none(),
    st.text(max_size=4),
    st.integers(),
    st.floats(),
    st.dates(),
    st.lists(st.text(max_size=3), max_size=3),
)


@settings(max_examples=300)  # quick, and few texts are nearly an expression
@given(
    text=st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=12).map("".join)),
    a=_VALUES,
    column=_VALUES,
)
def test_any_text_is_an_expression_or_an_expression_error(text: str, a: object, column: object) -> None:
    try:
        expression = parse.__wrapped__(text)
    except ExpressionError as error:
        position = error.position
    else:
        assert isinstance(expression, Expression)
        assert expression.holds({"a": a, "b/c": column}, self_value=a, today=TODAY) in (True, False)
        return
    assert 1 <= position <= len(text) + 1
