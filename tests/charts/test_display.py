"""Charts in a notebook are pictures drawn on this machine; the analyst's own ones after one call."""

import base64
import re
from typing import Any

import altair as alt
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter

from pbwidgets import charts
from pbwidgets.charts.display import OfflineChart
from pbwidgets.errors import DataError

PICTURE = {"image/svg+xml", "text/html", "text/plain"}
VISITS = pd.DataFrame({"村": ["青禾村", "上坪村"], "走访": [12, 9]})


def own_chart(**settings: Any) -> alt.Chart:
    return alt.Chart(VISITS, **settings).mark_bar().encode(x="走访", y="村")


def shown(value: object) -> dict[str, Any]:
    """What a kernel sends to the browser for the last value of a cell."""
    bundle, _ = DisplayFormatter().format(value)
    return bundle


@pytest.fixture
def ranks(county):
    return charts.rank_strip({county.long_name: 3}, 25, county.view())


def test_our_chart_is_shown_as_svg_and_as_its_title_whatever_renderer_is_on(county, ranks) -> None:
    for renderer in ("default", "mimetype"):
        with alt.renderers.enable(renderer):
            bundle = shown(ranks)
        assert set(bundle) == PICTURE
        assert county.long_name in bundle["image/svg+xml"]
        assert bundle["text/plain"] == ranks.title.text


def test_it_names_no_host_but_the_vocabularies_of_svg(ranks) -> None:
    addresses = re.findall(r"https?://[^\"'\s<)]+", shown(ranks)["image/svg+xml"])
    assert set(addresses) == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


@pytest.mark.parametrize(
    "change",
    [
        lambda chart: chart.copy(),
        lambda chart: chart.properties(title="另一个标题"),
        lambda chart: chart + own_chart(),
        lambda chart: chart.configure_axis(grid=False),
        charts.drop_title,
    ],
)
def test_it_stays_a_picture_when_altair_copies_it_and_is_valid_vega_lite(ranks, change) -> None:
    changed = change(ranks)
    assert isinstance(changed, OfflineChart)
    assert "layer" in changed.to_dict(validate=True)
    assert "image/svg+xml" in shown(changed)


def test_the_html_for_notebooks_not_yet_trusted_holds_the_same_picture(ranks) -> None:
    bundle = shown(ranks)
    held = re.fullmatch(r'<img src="data:image/svg\+xml;base64,(.*)" alt="(.*)">', bundle["text/html"])
    assert held is not None
    assert base64.b64decode(held[1]).decode() == bundle["image/svg+xml"]
    assert held[2] == bundle["text/plain"]


def test_an_own_chart_asks_a_cdn_until_the_call() -> None:
    assert "https://cdn.jsdelivr.net" in shown(own_chart())["text/html"]
    with charts.enable_offline():
        bundle = shown(own_chart(title="走访次数"))
    assert set(bundle) == PICTURE
    assert "青禾村" in bundle["image/svg+xml"]
    assert bundle["text/plain"] == "走访次数"


def test_altair_knows_the_renderer_by_name() -> None:
    assert "pbwidgets" in alt.renderers.names()
    with alt.renderers.enable("pbwidgets", embed_options={"actions": False}):
        assert "image/svg+xml" in shown(own_chart() | own_chart())


def test_an_own_chart_gets_our_font_unless_it_names_one() -> None:
    with charts.enable_offline():
        assert "Noto Sans CJK SC" in shown(own_chart())["image/svg+xml"]
        named = shown(own_chart().configure(font="KaiTi"))["image/svg+xml"]
    assert "KaiTi" in named
    assert "Noto Sans CJK SC" not in named


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (alt.Undefined, "alt.Chart"),
        (["走访", "全县"], "走访 全县"),
        (alt.TitleParams(text="走访", subtitle="全县"), "走访"),
    ],
)
def test_the_plain_text_is_the_title_in_whatever_form_it_has(title, text) -> None:
    with charts.enable_offline():
        assert shown(own_chart(title=title))["text/plain"] == text


def test_a_chart_whose_data_are_at_an_address_is_refused_with_the_way_out() -> None:
    away = alt.Chart("https://data.example.org/visits.csv").mark_bar().encode(x="a:Q")
    with pytest.raises(DataError, match=r"data\.example\.org") as refused:
        charts.draw_svg(away)
    assert refused.value.code == "charts.not_drawn"
    assert "pandas" in refused.value.remedy("zh_CN")
