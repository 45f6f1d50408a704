"""Human Development Index 2021: goalposts, a logarithm, a mean within a geometric mean, ranks on three decimals."""

import pandas as pd

from pbwidgets.scoring.index import Dictionary, IndexData, Line, build_index, list_scores, plan_steps

# UNDP, Human Development Report 2021/22, table 1: life expectancy, expected and mean years of schooling, income
COUNTRIES = {
    "Switzerland": (83.987, 16.500, 13.859, 66933, 0.962),
    "Norway": (83.234, 18.185, 13.004, 64660, 0.961),
    "Iceland": (82.678, 19.163, 13.767, 55782, 0.959),
    "Hong Kong": (85.473, 17.278, 12.226, 62607, 0.952),
    "Australia": (84.526, 21.055, 12.726, 49238, 0.951),
    "Denmark": (81.375, 18.714, 12.961, 60365, 0.948),
    "Sweden": (82.983, 19.420, 12.610, 54489, 0.947),
    "Ireland": (81.998, 18.945, 11.582, 76169, 0.945),
    "Germany": (80.630, 17.010, 14.091, 54534, 0.942),
    "Netherlands": (81.687, 18.693, 12.582, 55979, 0.941),
}
POSTS = {"normalise": "goalposts"}
HDI = Dictionary(
    (
        Line("life", parent="hdi", lower=20, upper=85, **POSTS),  # type: ignore[arg-type]
        Line("expected", parent="education", lower=0, upper=18, **POSTS),  # type: ignore[arg-type]
        Line("schooling", parent="education", lower=0, upper=15, **POSTS),  # type: ignore[arg-type]
        Line("income", parent="hdi", transform="log", lower=100, upper=75000, **POSTS),  # type: ignore[arg-type]
        Line("education", parent="hdi"),
        Line("hdi", aggregate="gmean"),
    )
)


def test_published_scores_and_ranks() -> None:
    columns = ["life", "expected", "schooling", "income", "published"]
    table = pd.DataFrame.from_dict(COUNTRIES, orient="index", columns=columns)
    data = IndexData(table[columns[:4]], pd.DataFrame(index=table.index))
    index = build_index(HDI, data, plan_steps(scale=1, rank_on="rounded", digits=3))
    assert index.scores["hdi"].round(3).tolist() == table["published"].tolist()
    listed = list_scores(index).query("code == 'hdi'")
    assert listed["unit"].tolist() == list(COUNTRIES)
    assert listed["rank"].tolist() == list(range(1, 11))
