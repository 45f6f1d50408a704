"""Checks of a checklist as charts have them: their columns in order, under headings, and signs for states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pandas as pd

from pbwidgets.campaign.check_names import named_checks, named_headings
from pbwidgets.charts.view import View
from pbwidgets.scoring.coverage import agg_coverage
from pbwidgets.scoring.frames import OVERDUE, REACHED, STANDING_STATES
from pbwidgets.wording import say

By: TypeAlias = Literal["check", "heading", "unit"]
"""What numbers of checks are counted by."""


@dataclass(frozen=True)
class Checked:
    """One check as a column.

    Attributes
    ----------
    key
        Check and part.
    name
        Its name.
    heading
        Name of its heading; empty if it stands under none.
    """

    key: tuple[str, str]
    name: str
    heading: str


def rows_of_track(standings: pd.DataFrame, names: Mapping[str, str], view: View) -> pd.DataFrame:
    """Standings of the view's track, of the units that are named."""
    ours = (standings["track_id"] == view.track_id) & standings["unit_code"].isin(list(names))
    return standings[ours]


def map_states(standings: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    """State of each unit in each check and part, all of it text."""
    rows = standings[["unit_code", "check_id", "part", "state"]].fillna("").astype(str)
    return {(row[0], row[1], row[2]): row[3] for row in rows.to_numpy().tolist()}


def list_checked(standings: pd.DataFrame, view: View) -> list[Checked]:
    """The checks that occur, by heading and then in the order of the track; those under no heading last."""
    order = {(one.check_id, one.part): one.name for one in named_checks(view.campaign, view.track)}
    headings = named_headings(view.campaign, view.track)
    rows = standings.drop_duplicates(["check_id", "part"])
    under = {
        (str(check), str(part)): "" if pd.isna(heading) else str(heading)
        for check, part, heading in zip(rows["check_id"], rows["part"], rows["heading"], strict=True)
    }
    places = {key: place for place, key in enumerate(order)}
    ranks = {heading: place for place, heading in enumerate(headings)}
    keys = sorted(
        under, key=lambda key: (ranks.get(under[key], len(ranks)), places.get(key, len(places)), key)
    )
    return [
        Checked(
            key,
            order[key].words(view.lang) if key in order else key[1] or key[0],
            headings[under[key]].words(view.lang) if under[key] in headings else under[key],
        )
        for key in keys
    ]


def count_states(standings: pd.DataFrame, names: Mapping[str, str], view: View, by: By) -> pd.DataFrame:
    """Numbers of checks by state, a row for each check, heading or unit that expects any, under its name.

    Returns
    -------
    pandas.DataFrame
        As :func:`~pbwidgets.scoring.coverage.agg_coverage`, in the order of the bars.
    """
    own = rows_of_track(standings, names, view)
    if by == "unit":
        counts = agg_coverage(own, ["unit_code"])
        counts = counts.reindex([code for code in names if code in counts.index])
        shares = counts[REACHED] / counts["expected"].clip(lower=1)
        best = counts.assign(share=-shares).sort_values(["share", OVERDUE], kind="stable").index
        made = counts.loc[best].rename(index=dict(names))
    elif by == "check":
        listed = list_checked(own, view)
        counts = agg_coverage(own, ["check_id", "part"])
        made = counts.loc[[one.key for one in listed]].set_axis([one.name for one in listed])
    else:
        heading_of = {
            one.key: one.heading or view.say("coverage_bars.no_heading") for one in list_checked(own, view)
        }
        keys = zip(own["check_id"], own["part"].fillna(""), strict=True)
        counts = agg_coverage(
            own.assign(heading=[heading_of[str(check), str(part)] for check, part in keys]), ["heading"]
        )
        made = counts.loc[list(dict.fromkeys(heading_of.values()))]
    return made[made["expected"] > 0]


def states_in(standings: pd.DataFrame) -> list[str]:
    """States that occur, in their order."""
    found = set(standings["state"])
    return [state for state in STANDING_STATES if state in found]


def word_state(state: str, view: View) -> str:
    """A state in words."""
    return say(f"standing.{state}", view.lang)


def sign_of(state: str, view: View) -> str:
    """The letter that stands for a state where there is no room for words."""
    return view.say(f"state_matrix.sign_{state}")


def split_columns(columns: Sequence[Checked], most: int) -> list[list[Checked]]:
    """Columns in runs of at most ``most``: of one size, and headings whole as far as they fit.

    >>> made = [Checked((name, ""), name, name[0]) for name in ("a1", "a2", "b1", "b2", "b3")]
    >>> [[one.name for one in run] for run in split_columns(made, 4)]
    [['a1', 'a2'], ['b1', 'b2', 'b3']]
    """
    if len(columns) <= most:
        return [list(columns)]
    blocks: list[list[Checked]] = []
    for column in columns:
        if blocks and blocks[-1][0].heading == column.heading:
            blocks[-1].append(column)
        else:
            blocks.append([column])
    runs: list[list[Checked]] = []
    for block in blocks:
        if runs and len(runs[-1]) + len(block) <= most:
            runs[-1] += block
        else:
            runs += split_evenly(block, most)
    return runs


def split_evenly(items: Sequence[Checked], most: int) -> list[list[Checked]]:
    """Items in as few runs of at most ``most`` as there can be, of about one size."""
    runs = max(-(-len(items) // most), 1)
    size = -(-len(items) // runs)
    return [list(items[at : at + size]) for at in range(0, len(items), size)]
