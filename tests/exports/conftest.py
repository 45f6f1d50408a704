"""An invented ranking, and LibreOffice to reopen files."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from office import Office
from PIL import Image
from pypdf import PdfReader

from pbwidgets.exports import Column

LONG = "虚构青石岭民族团结进步示范"

COLUMNS = {
    "rank": Column("名次", format="integer"),
    "unit_code": Column("代码"),
    "unit_name": Column("村名"),
    "total": Column("总分", format="number"),
    "status": Column("结果"),
}


@pytest.fixture(scope="session")
def ranking() -> pd.DataFrame:
    """30 invented units; the last has no total."""
    rows = [
        {
            "rank": place + 1,
            "unit_code": f"99{place:010d}",
            "unit_name": f"{LONG}{place:02d}村",
            "total": 97.5 - place * 0.75 if place < 29 else float("nan"),
            "status": "入选" if place < 10 else "未入选",
            "secret": "不应出现",
        }
        for place in range(30)
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="session")
def columns() -> dict[str, Column]:
    """Columns shown; ``secret`` is not among them."""
    return dict(COLUMNS)


@pytest.fixture(scope="session")
def png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of 16:9."""
    path = tmp_path_factory.mktemp("picture") / "chart.png"
    Image.new("RGB", (1280, 720), "#0072B2").save(path)
    return path


@pytest.fixture(scope="session")
def to_pages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[str]]:
    """Text of each page, as LibreOffice prints the file."""

    def convert(path: Path) -> list[str]:
        (made,) = office.convert([path], "pdf", tmp_path_factory.mktemp("pdf"))
        return [page.extract_text() for page in PdfReader(made).pages]

    return convert
