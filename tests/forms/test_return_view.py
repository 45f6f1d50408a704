"""What is shown of a workbook that came back."""

from pbwidgets.errors import Problem
from pbwidgets.forms.return_view import (
    MOST_ITEMS,
    MOST_PROBLEMS,
    MOST_VALUES,
    ProgressLine,
    ShownChange,
    ShownValue,
    change_list,
    problem_table,
)

WRONG = Problem("intake.no_number", "f.xlsx", "评分表!D3", {"title": "得分", "value": "<b>好</b>"})


def test_a_problem_names_sheet_cell_and_what_was_read_there() -> None:
    (table,) = problem_table([WRONG, Problem("intake.file_empty", "f.xlsx")], "zh_CN")
    assert "评分表!D3" in table.value
    assert "&lt;b&gt;好&lt;/b&gt;</td>" in table.value
    assert "整个文件" in table.value
    assert "填的内容" not in problem_table([Problem("intake.file_empty", "f.xlsx")], "zh_CN")[0].value


def test_many_problems_are_counted() -> None:
    table, rest = problem_table([WRONG] * (MOST_PROBLEMS + 7), "zh_CN")
    assert table.value.count("评分表!D3") == MOST_PROBLEMS
    assert "7" in rest.value


def test_changes_unfold_and_what_stays_as_it_is_is_left_out() -> None:
    value = ShownValue("主导产业", "", "茶叶&毛竹")
    shown = change_list(
        [
            ShownChange("上坪村", "new", [value]),
            ShownChange("下坪村", "unchanged"),
            ShownChange("红旗村", "refused", [value], "已截止"),
        ],
        "zh_CN",
    ).value
    assert shown.count("<details") == 1
    assert "主导产业</span> — → <strong>茶叶&amp;毛竹</strong>" in shown
    assert "下坪村" not in shown
    assert "已截止" in shown
    assert (
        "清空"
        in change_list([ShownChange("上坪村", "changed", [ShownValue("产业", "茶", "")])], "zh_CN").value
    )


def test_a_long_list_stays_small() -> None:
    value = ShownValue("产业", "", "茶")
    changes = [ShownChange(f"{number}村", "new", [value] * 50) for number in range(MOST_ITEMS + 3)]
    shown = change_list(changes, "zh_CN").value
    assert shown.count("<tr>") == MOST_ITEMS + 1
    assert shown.count("<li>") == MOST_VALUES
    assert "还有3条" in shown


def test_progress_is_drawn_where_it_moves() -> None:
    line = ProgressLine()
    line.show("正在读取")
    assert "value=" not in line.value
    line.show("正在检查", 1, 1000)
    before = line.value
    line.show("正在检查", 2, 1000)
    assert line.value == before
    line.show("正在检查", 500, 1000)
    assert 'value="50"' in line.value
    assert "500/1000" in line.value
    line.clear()
    assert line.value == ""
