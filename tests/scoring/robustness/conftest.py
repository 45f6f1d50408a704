"""A track of invented teams with two sources, several raters, a line without marks here and there."""

from typing import Any

import numpy as np
import pytest

from pbwidgets.scoring.pipeline import score_tracks
from pbwidgets.scoring.robustness import attribute_shifts, vary_list

SOURCES = ("masses", "office")


def text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def make_judged_track(small: Any, **more: Any) -> dict[str, Any]:
    """Two rated lines by two sources, and one computed line."""
    sources = [
        {"id": source, "name": text(source), "weight": weight, "raters": "mean"}
        for source, weight in zip(SOURCES, (60, 40), strict=True)
    ]
    return small.make_track(
        layers=[{"id": "county", "sources": sources}],
        criteria=[
            small.rated("unity", 40),
            small.rated("style", 20),
            small.computed("deeds_line", 40, small.DEEDS),
        ],
        **more,
    )


def draw_marks(
    small: Any, units: list[str], rng: np.random.Generator, raters: int = 3
) -> list[dict[str, Any]]:
    """Marks of several raters of both sources on both rated lines; some are not given."""
    return [
        small.mark(
            unit, float(np.round(highest * rng.uniform(0.3, 1.0), 1)), line=line, source=source,
            rater_id=f"{source}{rater}",
        )
        for unit in units
        for line, highest in (("unity", 40), ("style", 20))
        for source in SOURCES
        for rater in range(raters)
        if rng.random() > 0.15
    ]  # fmt: skip


class Judged:
    """A scored track with everything that a new run of it needs."""

    def __init__(self, small: Any, seed: int = 1, sizes: tuple[int, ...] = (6, 5), **more: Any) -> None:
        rng = np.random.default_rng(seed)
        units = [small.team_code(at + 1, team + 1) for at, size in enumerate(sizes) for team in range(size)]
        records = small.make_records(
            small.make_units(sizes),
            submissions=[
                small.answer(unit, "deeds", int(rng.integers(0, 4))) for unit in units if rng.random() > 0.2
            ],
            ratings=draw_marks(small, units, rng),
        )
        campaign = small.make_campaign(make_judged_track(small, **more))
        self.table, (self.track,) = score_tracks(campaign, "2026", records)
        self.ratings = records.ratings

    def vary(self, ranges: Any, runs: int = 40, seed: int = 1) -> Any:
        return vary_list(self.table, self.track, self.ratings, ranges, runs=runs, seed=seed)

    def attribute(self, ranges: Any, base_runs: int = 16, seed: int = 1) -> Any:
        return attribute_shifts(self.table, self.track, self.ratings, ranges, base_runs=base_runs, seed=seed)


@pytest.fixture(scope="session")
def judged(small: Any) -> Any:
    """Maker of :class:`Judged`."""
    return lambda **more: Judged(small, **more)
