"""The page loads nothing, runs only its own script, shows results without code."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat import v4 as nb

from pbwidgets.exports import build_html

LOADS = re.compile(
    r"""(?:src|href|xlink:href|data|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""",
    re.I,
)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook(outputs: list) -> nbformat.NotebookNode:
    return nb.new_notebook(
        cells=[
            nb.new_markdown_cell("# 年度报告\n\n正文一段。"),
            nb.new_code_cell("secret_code = 1", outputs=outputs),
        ]
    )


def shown(**data: str) -> nbformat.NotebookNode:
    names = {
        "svg": "image/svg+xml",
        "png": "image/png",
        "html": "text/html",
        "text": "text/plain",
        "markdown": "text/markdown",
    }
    return nb.new_output("display_data", data={names[name]: value for name, value in data.items()})


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    outputs = [
        shown(
            svg='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>图中文字</text></svg>',
            text="x",
        ),
        shown(png=PIXEL),
        nb.new_output(
            "execute_result",
            data={"text/html": "<table><tr><td>表中文字</td></tr></table>", "text/plain": "t"},
        ),
        shown(markdown="**要点**：完成"),
        nb.new_output("stream", name="stdout", text="共25个<村>\n"),
        nb.new_output("stream", name="stderr", text="a warning\n"),
    ]
    path = build_html(notebook(outputs), tmp_path_factory.mktemp("page") / "report.html", title="报告 <2026>")
    return path.read_text(encoding="utf-8")


def test_nothing_is_loaded_from_outside(page) -> None:
    assert LOADS.findall(page) == []
    assert "<link" not in page.lower()


def test_the_page_forbids_loading_and_running_but_for_its_own_script(page) -> None:
    (policy,) = re.findall(r'<meta content="([^"]+)" http-equiv="Content-Security-Policy"', page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; script-src 'sha256-{allowed}'; style-src")
    assert policy.count("script-src") == 1


def test_a_page_of_three_headings_has_contents_that_lead_to_them(tmp_path: Path) -> None:
    text = nb.new_markdown_cell("# 报告\n\n## 名次\n\n## 得分\n\n### 得分 最高")
    page = build_html(nb.new_notebook(cells=[text]), tmp_path / "a.html").read_text(encoding="utf-8")
    contents = page.partition("<nav")[2].partition("</nav>")[0]
    assert "目录" in contents
    for anchor in re.findall(r'href="#([^"]+)"', contents):
        assert f'id="{unquote(anchor)}"' in page
    assert contents.count("<li") == 3
    assert "<!-- contents -->" not in page


def test_results_are_shown_and_code_is_not(page) -> None:
    for text in ("年度报告", "图中文字", "表中文字", "<strong>要点</strong>", "共25个&lt;村&gt;"):
        assert text in page
    assert "data:image/png;base64," in page
    assert "secret_code" not in page
    assert "a warning" not in page


def test_title_and_language_are_as_requested(page) -> None:
    assert "<title>报告 &lt;2026&gt;</title>" in page
    assert '<html lang="zh-CN">' in page


def test_a_failed_cell_is_shown_briefly(tmp_path: Path) -> None:
    error = nb.new_output("error", ename="DataError", evalue="缺少<数据>", traceback=["long", "trace"])
    page = build_html(notebook([error]), tmp_path / "a.html").read_text(encoding="utf-8")
    assert "本报告未能全部生成：" in page
    assert "DataError: 缺少&lt;数据&gt;" in page
    assert "trace" not in page.partition("</style>")[2]


def test_a_notebook_file_is_exported_with_its_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(base64.b64decode(PIXEL))
    node = nb.new_notebook(cells=[nb.new_markdown_cell("![图](a.png)")])
    nbformat.write(node, tmp_path / "report.ipynb")
    page = build_html(tmp_path / "report.ipynb", tmp_path / "out" / "report.html", lang="en").read_text(
        encoding="utf-8"
    )
    assert "data:image/png;base64," in page
    assert "<title>report</title>" in page
    assert '<html lang="en">' in page


def test_the_same_notebook_gives_the_same_page(tmp_path: Path) -> None:
    node = notebook([shown(text="甲")])
    assert (
        build_html(node, tmp_path / "a.html").read_bytes()
        == build_html(node, tmp_path / "b.html").read_bytes()
    )
