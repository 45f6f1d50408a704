"""ASEM Sustainable Connectivity (JRC 2018), as kept in COINr (bluefoxr/COINr, MIT), stage by stage."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pbwidgets.scoring.index import (
    Dictionary,
    Index,
    IndexData,
    Line,
    agg_amean,
    build_index,
    effective_weights,
    plan_steps,
    replay,
)

WITHIN = 1e-6
DENOMINATORS = {"Area": "Den_Area", "Energy": "Den_Energy", "GDP": "Den_GDP", "Population": "Den_Pop"}

# COINr, docs/articles/results.html, at two decimals
PUBLISHED = {"CHE": 68.38, "NLD": 64.82, "DNK": 64.80, "NOR": 64.47, "BEL": 63.54, "SWE": 63.00, "IND": 39.79}
INDIA = {
    "Index": (39.79, 45), "Conn": (28.60, 44), "Sust": (50.99, 43),
    "Physical": (18.78, 48), "Environ": (75.34, 6), "Social": (22.74, 51),
}  # fmt: skip


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "coinr_asem" / f"asem_{name}.csv", index_col="UnitCode")


def read_dictionary(folder: Path) -> Dictionary:
    meta = pd.read_csv(folder / "coinr_asem" / "asem_imeta.csv")
    meta = meta[meta["Type"].isin(["Indicator", "Aggregate"])].astype(object).replace({np.nan: None})
    return Dictionary(
        tuple(
            Line(
                row.iCode,
                row.iName,
                row.Parent,
                int(row.Direction),
                row.Weight,
                row.Unit or "",
                DENOMINATORS.get(row.Denominator),
            )
            for row in meta.itertuples()
        )
    )


@pytest.fixture(scope="module")
def asem(conformance: Path) -> Index:
    values, groups = read(conformance, "raw"), read(conformance, "units_groups").astype(object)
    steps = plan_steps(impute="group-mean", group="Group_EurAsia", winsorise=True)
    return build_index(
        read_dictionary(conformance), IndexData(values, groups), steps, read(conformance, "denominators")
    )


def assert_close(made: pd.DataFrame, theirs: pd.DataFrame) -> None:
    known = theirs.notna().to_numpy()
    ours = made.loc[theirs.index, theirs.columns]
    assert (ours.notna().to_numpy() == known).all()
    np.testing.assert_allclose(ours.to_numpy()[known], theirs.to_numpy()[known], rtol=WITHIN, atol=WITHIN)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("denominate", "denominated"),
        ("impute", "imputed"),
        ("winsorise", "treated"),
        ("normalise", "normalised"),
    ],
)
def test_stage_is_theirs(asem: Index, conformance: Path, step: str, name: str) -> None:
    assert_close(asem.stages[step], read(conformance, name))


def test_winsorised_points_are_theirs(asem: Index, conformance: Path) -> None:
    theirs = pd.read_csv(conformance / "coinr_asem" / "asem_treat_summary.csv", index_col="IndCode")
    ours = asem.treated.loc[theirs.index]
    assert ours["low"].tolist() == theirs["Low"].tolist()
    assert ours["high"].tolist() == theirs["High"].tolist()
    assert int((ours[["low", "high"]].sum(axis=1) > 0).sum()) == 15
    assert not ours["still_skewed"].any()


def test_aggregates_are_theirs(asem: Index, conformance: Path) -> None:
    assert_close(asem.scores, read(conformance, "aggregated"))


def test_ranks_are_theirs_on_scores_of_two_decimals(asem: Index, conformance: Path) -> None:
    # their file was made before COINr 1.1.9, which ranked rounded scores (NEWS.md)
    theirs = read(conformance, "ranks").drop(columns="UnitName")
    rounded = replay(asem, {"rank": {"on": "rounded", "digits": 2}}).ranks.loc[theirs.index, theirs.columns]
    assert (rounded == theirs).all(axis=None)
    exact = asem.ranks.loc[theirs.index, theirs.columns]
    different = [
        (unit, code)
        for code in theirs
        for unit in theirs.index
        if exact.at[unit, code] != theirs.at[unit, code]
    ]
    assert different == [("RUS", "ConEcFin"), ("PRT", "Instit")]


def test_published_scores(asem: Index) -> None:
    assert {unit: round(asem.scores.at[unit, "Index"], 2) for unit in PUBLISHED} == PUBLISHED
    ours = {code: (round(asem.scores.at["IND", code], 2), asem.ranks.at["IND", code]) for code in INDIA}
    assert ours == INDIA


def test_effective_weights_of_the_indicators_add_up_to_one(asem: Index) -> None:
    shares = effective_weights(asem.dictionary, asem.weights)
    assert shares[[line.code for line in asem.dictionary.indicators]].sum() == pytest.approx(1)
    assert shares["LPI"] == pytest.approx(1 / 2 / 5 / 8)  # one of 8 in one of 5 pillars in one of 2 halves


def test_index_replays_with_one_step_changed(asem: Index) -> None:
    untreated = replay(asem, {"winsorise": None})
    assert [step.name for step in untreated.steps] == [
        step.name for step in asem.steps if step.name != "winsorise"
    ]
    assert_close(untreated.stages["normalise"][["LPI"]], asem.stages["normalise"][["LPI"]])
    assert untreated.scores["Index"].corr(asem.scores["Index"], method="spearman") < 1


def test_austrias_physical_pillar_is_the_mean_of_its_normalised_indicators() -> None:
    # asem_normalised.csv and asem_aggregated.csv, ten digits
    row = [94.07137493, 27.8763185, 0.0, 42.01269022, 28.97502315, 1.022503208, 37.22943723, 98.0]
    assert agg_amean(np.array([row]), np.ones(8))[0] == pytest.approx(41.14841841, abs=1e-8)
