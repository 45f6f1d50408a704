"""An invented county, its frames, and a reader of the SVG that measures every text."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import ImageFont

from pbwidgets.campaign.model import Campaign
from pbwidgets.charts.render import draw_svg
from pbwidgets.charts.theme import find_cjk_font
from pbwidgets.charts.view import View
from pbwidgets.scoring.frames import BALANCE, POINTS, REFERENCE, SELECTION, TOTALS, to_frame

HEADINGS = (
    "村级组织健全、班子团结有力",
    "承诺践诺和设岗定责",
    "村民中心建设、管理和使用情况良好并有记录",
    "远程教育",
    "乡镇创建方案与现场会（交流会）",
    "主导产业与党组织设置",
    "和谐稳定",
)
LAYERS = ("self", "township", "county")
LONG = "虚构青石岭民族团结进步示范乡"


def text(zh: str, en: str | None = None) -> dict[str, str]:
    return {"zh": zh, "en": en or zh}


def heading(place: int, name: str) -> dict[str, object]:
    lines = [
        {"id": f"h{place}_{line}", "name": text(f"{name}{line}"), "points": points, "rule": {"name": "rated"}}
        for line, points in ((1, 8), (2, 6))
    ]
    return {"id": f"h{place}", "name": text(name), "criteria": lines}


def make_campaign(headings: Sequence[str] = HEADINGS, places: int = 10) -> Campaign:
    track = {
        "id": "village",
        "name": text("党建工作示范村", "Model villages"),
        "unit_kind": "village",
        "layers": [{"id": layer} for layer in LAYERS],
        "criteria": [heading(place, name) for place, name in enumerate(headings)],
        "places": places,
        "nomination": {"by": "township"},
    }
    other = {**track, "id": "pioneer", "name": text("党员干部创业先锋", "Pioneers"), "unit_kind": "person"}
    return Campaign.model_validate(
        {
            "format": 1,
            "id": "invented",
            "name": text("三级联争", "Three-level contest"),
            "summary": text("测试"),
            "unit_kinds": [
                {"id": "county", "name": text("县", "county")},
                {"id": "township", "name": text("乡镇", "township"), "parents": ["county"]},
                {"id": "village", "name": text("村", "village"), "parents": ["township"]},
                {"id": "person", "name": text("党员干部", "member"), "parents": ["village"]},
            ],
            "partition_by": "township",
            "periods": [{"id": "2026", "begins": "2026-01-01", "ends": "2026-12-31"}],
            "review_levels": [
                {"id": "township", "name": text("乡镇"), "unit_kind": "township"},
                {"id": "county", "name": text("县"), "unit_kind": "county"},
            ],
            "layers": [
                {"id": "self", "name": text("自评", "self")},
                {"id": "township", "name": text("乡镇审核", "township"), "level": "township"},
                {"id": "county", "name": text("县级复核", "county"), "level": "county"},
            ],
            "tracks": [track, other],
        }
    )


def code_of(place: int) -> str:
    return f"99{place:010d}"


def names_of(count: int, long: bool) -> dict[str, str]:
    letters = "甲乙丙丁戊己庚辛壬癸"
    ends = [letters[place // 10 % 10] + letters[place % 10] for place in range(count)]
    return {
        code_of(place): (LONG[:11] + end + "村") if long else end + "村" for place, end in enumerate(ends)
    }


def make_points(campaign: Campaign, count: int, fill: str = "varied") -> pd.DataFrame:
    chance = np.random.default_rng(7)
    rows = []
    for place in range(count):
        for layer in LAYERS:
            for line in campaign.track("village").lines():
                most = line.max_points
                mark = {
                    "varied": round(float(most * chance.uniform(0.55, 1.0)), 1),
                    "equal": most,
                    "zero": 0.0,
                    "missing": float("nan"),
                }[fill]
                if fill == "varied" and chance.uniform() < 0.06:
                    mark = float("nan")
                rows.append(
                    {
                        "campaign": "invented",
                        "period": "2026",
                        "unit_code": code_of(place),
                        "track_id": "village",
                        "criterion_id": line.id,
                        "layer": layer,
                        "source": "marks",
                        "points": mark,
                        "max_points": most,
                        "reason_code": "scoring.rated",
                    }
                )
    return to_frame(rows, POINTS)


def make_reference(campaign: Campaign) -> pd.DataFrame:
    rows = []
    for place, criterion in enumerate(campaign.track("village").criteria):
        most = criterion.max_points
        rows.append(
            {
                "track_id": "village",
                "criterion_id": criterion.id,
                "layer": "county",
                "n": 25,
                "lowest": most * 0.4,
                "quartile_1": most * 0.6,
                "median": most * (0.7 + 0.02 * place),
                "quartile_3": most * 0.9,
                "highest": most,
                "max_points": most,
            }
        )
    return to_frame(rows, REFERENCE)


def make_totals(count: int, fill: str = "varied") -> pd.DataFrame:
    rows = []
    for place in range(count):
        for step, layer in enumerate(LAYERS):
            total = {"varied": 96.0 - place * 1.3 - step * 2.25, "equal": 90.0, "missing": float("nan")}[fill]
            rows.append({"unit_code": code_of(place), "track_id": "village", "layer": layer, "total": total})
    return to_frame(rows, TOTALS)


def make_selection(names: dict[str, str], places: int, tied: int = 0, fill: str = "varied") -> pd.DataFrame:
    """Selection by hand: the last ``tied // 2`` places are shared by ``tied`` units."""
    inside = places - tied // 2
    rows = []
    for place, (code, name) in enumerate(names.items()):
        if place < inside:
            status, rank = "selected", place + 1
        elif place < inside + tied:
            status, rank = "tied_at_cut", inside + 1
        else:
            status, rank = ("waiting" if place < inside + tied + 3 else "not_selected"), place + 1
        total = {"varied": 97.25 - 0.85 * (rank - 1), "equal": 90.0, "zero": 0.0, "missing": float("nan")}[
            fill
        ]
        rows.append(
            {
                "unit_code": code,
                "unit_name": name,
                "track_id": "village",
                "status": status,
                "rank": rank,
                "total": total,
            }
        )
    return to_frame(rows, SELECTION)


def make_balance(names: dict[str, str]) -> pd.DataFrame:
    rows = []
    for place, code in enumerate(names):
        allotted = 4 + place % 3
        nominated = allotted - (place % 5 == 3) * 2
        rows.append(
            {
                "track_id": "village",
                "by_unit": code,
                "allotted": allotted,
                "nominated": nominated,
                "refused": 1 if place == 1 else 0,
                "short": max(0, 4 - nominated),
                "selected": min(nominated, place % 4),
            }
        )
    return to_frame(rows, BALANCE)


@pytest.fixture(scope="session")
def county() -> SimpleNamespace:
    """Builders of invented frames."""
    return SimpleNamespace(
        campaign=make_campaign,
        names=names_of,
        code=code_of,
        points=make_points,
        reference=make_reference,
        totals=make_totals,
        selection=make_selection,
        balance=make_balance,
        headings=HEADINGS,
        layers=LAYERS,
        long_name=LONG,
        view=make_view,
    )


def make_view(
    campaign: Campaign | None = None, lang: str = "zh_CN", name: str = LONG, code: str | None = None
) -> View:
    return View(
        campaign=campaign or make_campaign(),
        period="2026",
        track_id="village",
        unit_code=code or code_of(0),
        unit_name=name,
        lang=lang,
        synthetic=True,
    )


# -- texts of an SVG -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextBox:
    """A line of text on the canvas: its box in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float

    def overlaps(self, other: "TextBox") -> bool:
        """Whether the boxes overlap by more than a pixel."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0.5 and high > 0.5


@cache
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    regular = find_cjk_font()
    heavy = regular.with_name(regular.name.replace("Regular", "Bold"))
    return ImageFont.truetype(heavy if bold and heavy.exists() else regular, round(size))


_STEP = re.compile(r"(translate|rotate|scale|matrix)\(([^)]*)\)")


def _matrix(transform: str) -> np.ndarray:
    total = np.eye(3)
    for name, inside in _STEP.findall(transform):
        given = [float(part) for part in re.split(r"[ ,]+", inside.strip())]
        step = np.eye(3)
        if name == "translate":
            step[0, 2], step[1, 2] = given[0], given[1] if len(given) > 1 else 0.0
        elif name == "scale":
            step[0, 0], step[1, 1] = given[0], given[-1]
        elif name == "rotate":
            turn = np.radians(given[0])
            step[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        else:
            step[:2, :] = np.array(given).reshape(3, 2).T
        total = total @ step
    return total


def _lines(element: ElementTree.Element) -> list[tuple[str, float, float]]:
    """Texts of an element with their offsets: its own, or those of its tspans."""
    spans = [child for child in element if child.tag.endswith("tspan")]
    if not spans:
        return [(element.text or "", float(element.get("x", 0)), float(element.get("y", 0)))]
    made, y = [], 0.0
    for span in spans:
        y += float(span.get("dy", 0))
        made.append((span.text or "", float(span.get("x", 0)), float(span.get("y", 0)) + y))
    return made


def _boxes(element: ElementTree.Element, above: np.ndarray) -> list[TextBox]:
    at = above @ _matrix(element.get("transform", ""))
    if not element.tag.endswith("}text"):
        return [box for child in element for box in _boxes(child, at)]
    size = float(str(element.get("font-size")).removesuffix("px"))
    font = _font(size, element.get("font-weight") in {"bold", "700"})
    made = []
    for words, x, y in _lines(element):
        if not words.strip():
            continue
        # extent of the ink; a Chinese line is always as high as a full character
        wide = font.getlength(words)
        shift = {"middle": -wide / 2, "end": -wide}.get(element.get("text-anchor", "start"), 0.0)
        corners = np.array(
            [[x + shift + dx, y + dy, 1.0] for dx in (0.0, wide) for dy in (-0.86 * size, 0.12 * size)]
        ).T
        placed = at @ corners
        made.append(TextBox(words, *placed[:2].min(axis=1), *placed[:2].max(axis=1), size))
    return made


@pytest.fixture(scope="session")
def read_texts() -> Callable[[object], list[TextBox]]:
    """Boxes of all texts that a chart draws."""

    def read(chart: object) -> list[TextBox]:
        chart.to_dict()  # Altair's own check, which drawing skips
        return _boxes(ElementTree.fromstring(draw_svg(chart)), np.eye(3))

    return read


@pytest.fixture(scope="session")
def assert_clean(read_texts) -> Callable[..., list[TextBox]]:
    """Assert that no text overlaps another, leaves the sheet or is too small; returns the texts."""

    def check(chart: object, height: float = 720) -> list[TextBox]:
        boxes = read_texts(chart)
        assert boxes
        clashes = [(one.text, other.text) for one, other in combinations(boxes, 2) if one.overlaps(other)]
        assert clashes == []
        outside = [
            box.text
            for box in boxes
            if box.left < 0 or box.top < 0 or box.right > 1280 or box.bottom > height
        ]
        assert outside == []
        # placed 12.3 inches wide on a slide, 72 points to the inch
        small = [(box.text, box.size) for box in boxes if box.size * 12.3 * 72 / 1280 < 14]
        assert small == []
        return boxes

    return check


@pytest.fixture(scope="session")
def spec_text() -> Callable[[object], str]:
    """All text in a chart's spec, as one string."""
    return lambda chart: json.dumps(chart.to_dict(), ensure_ascii=False)
