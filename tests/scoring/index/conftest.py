"""Small indices of invented units (99…), and the folder of outside data where it is present."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pbwidgets.scoring.index import Dictionary, IndexData, Line

CONFORMANCE = Path(__file__).resolve().parents[4] / "shared" / "conformance"


@pytest.fixture(scope="session")
def conformance() -> Path:
    if not CONFORMANCE.is_dir():
        pytest.skip("no folder of conformance data beside the checkout")
    return CONFORMANCE


@pytest.fixture
def works() -> Dictionary:
    """Roads and wells make works; works and calm (less is better) make the top."""
    return Dictionary(
        (
            Line("roads", "道路", parent="works"),
            Line("wells", "水井", parent="works", weight=3),
            Line("incidents", "事件", parent="top", direction=-1),
            Line("works", "建设", parent="top"),
            Line("top", "总指数"),
        )
    )


@pytest.fixture
def make_data() -> Callable[..., IndexData]:
    def make(groups: dict[str, list[str | None]] | None = None, **columns: list[float]) -> IndexData:
        size = len(next(iter(columns.values())))
        units = pd.Index([f"99{at:02d}" for at in range(1, size + 1)], dtype=object, name="unit")
        return IndexData(
            pd.DataFrame(columns, index=units, dtype="float64"),
            pd.DataFrame(groups or {}, index=units, dtype=object),
        )

    return make
