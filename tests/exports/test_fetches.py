"""What a browser would fetch by itself is found, wherever it stands; what a person follows, or a name, is not."""

import json

import altair as alt
import nbformat
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat import v4 as nb

from pbwidgets.errors import DataError
from pbwidgets.exports import build_html
from pbwidgets.exports.fetches import Fetch, find_fetches

AWAY = "away.example.org"


@pytest.mark.parametrize(
    "page",
    [
        f'<script src="https://{AWAY}/a.js"></script>',
        f"<link rel=stylesheet href=//{AWAY}/a.css>",
        f'<IMG SRC=" HTTPS://{AWAY}:8443/a.png">',
        f'<img src="https:\\\\user:word@{AWAY}\\a.png">',
        f'<img src="&#104;ttps://{AWAY}/a.png">',
        f'<img srcset="a.png 1x,https://{AWAY}/b.png 2x">',
        f'<iframe src="http://{AWAY}"></iframe>',
        f"<iframe srcdoc=\"&lt;img src='https://{AWAY}/a.png'&gt;\"></iframe>",
        f'<video poster="https://{AWAY}/a.png"><source src="a.mp4"></video>',
        f'<object data="https://{AWAY}/a.svg"></object>',
        f'<base href="https://{AWAY}/">',
        f'<meta http-equiv="Refresh" content="0; url=https://{AWAY}/">',
        f'<svg><image xlink:href="https://{AWAY}/a.png"/></svg>',
        f'<svg><use href="https://{AWAY}/a.svg#b"/></svg>',
        f'<svg><rect fill="url(https://{AWAY}/a.svg#b)"/></svg>',
        f"<p style=\"background: url( 'https://{AWAY}/a.png' )\">",
        f'<style>@import "https://{AWAY}/a.css";</style>',
        f"<style>@font-face {{ src: url(//{AWAY}/a.woff2) }}</style>",
        f"<style>p {{ background: url(https://{AWAY}/a.png)",
        f'<script type="module">import {{ draw }} from "https://{AWAY}/a.js"</script>',
        f"<script>const paths = {{vega: 'https://{AWAY}/vega'}}; load(paths)</script>",
        f"<script>fetch(`//{AWAY}/data.json`)</script>",
        f'<script>socket = new WebSocket("wss://{AWAY}/")',
        f"<button onclick='load(\"https://{AWAY}/a.js\")'>",
    ],
)
def test_what_a_browser_would_fetch_is_found(page) -> None:
    assert find_fetches(f"<p>前</p>{page}<p>后</p>") == (Fetch(AWAY),)


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://example.org/">县委网站</a>',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"></svg>',
        '<svg><a xlink:href="https://example.org/"><text>链接</text></a><use href="#mark"/></svg>',
        "<p>见 https://example.org/ 和 url(https://example.org/a.png)</p>",
        "<!-- <img src='https://example.org/a.png'> -->",
        "<img src='data:image/png;base64,AAAA//example.org/'>",
        "<img src='charts/a.png'><img src='/a.png'>",
        "<style>/* url(https://example.org/) */ @namespace url(http://www.w3.org/1999/xhtml); p { color: red }</style>",
        '<script type="application/json">{"page": "https://example.org/"}</script>',
        '<script>draw({"$schema": "https://vega.github.io/schema/vega-lite/v6.json"})</script>',
        '<script>document.createElementNS("http://www.w3.org/2000/svg", "g") // https://example.org/</script>',
        '<script>const half = "a//b.example.org/"</script>',
    ],
)
def test_links_names_and_texts_are_no_fetches(page) -> None:
    assert find_fetches(page) == ()


@given(st.text(alphabet="<>/\"'=! -a&;:[]?", max_size=60))
@example("<![:")
def test_broken_html_is_read_to_its_end(rubbish) -> None:
    assert Fetch(AWAY) in find_fetches(f"<img src=//{AWAY}/>{rubbish}")


# -- the page of a report --------------------------------------------------------------------------------


def notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nb.new_notebook(cells=list(cells))


def output(number: int, html: str) -> nbformat.NotebookNode:
    shown = nb.new_output("display_data", data={"text/html": html})
    return nb.new_code_cell("...", execution_count=number, outputs=[shown])


def test_an_output_that_names_a_host_is_refused_with_cell_and_way_out(tmp_path) -> None:
    chart = alt.Chart(pd.DataFrame({"a": [1]})).mark_bar().encode(x="a")
    page = tmp_path / "report.html"
    cells = [
        output(3, '<a href="https://example.org/">链接</a>'),
        output(4, chart.to_html()),
        nb.new_markdown_cell("![图片](https://pictures.example.org/a.png)"),
    ]
    with pytest.raises(
        DataError, match=r"\[4\] cdn\.jsdelivr\.net, Markdown pictures\.example\.org。"
    ) as refused:
        build_html(notebook(*cells), page)
    assert refused.value.code == "exports.html.fetches"
    assert "enable_offline" in refused.value.remedy("zh_CN")
    assert not page.exists()


def test_many_hosts_are_named_in_part(tmp_path) -> None:
    tiles = "".join(f"<img src='https://{at}.tiles.example.org/'>" for at in range(40))
    with pytest.raises(DataError, match=r"4\.tiles\.example\.org, …。") as refused:
        build_html(notebook(output(1, tiles)), tmp_path / "report.html")
    assert len(json.dumps(refused.value.args_of_message)) < 200


def test_what_embeds_everything_is_written(tmp_path) -> None:
    picture = (
        '<img alt="图" src="data:image/svg+xml;base64,AAAA"/><svg xmlns="http://www.w3.org/2000/svg"></svg>'
    )
    page = build_html(notebook(output(1, picture)), tmp_path / "report.html")
    assert picture in page.read_text(encoding="utf-8")
