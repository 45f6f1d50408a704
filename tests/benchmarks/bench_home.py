"""Times the one list of what is due, as home asks for it: of a level with many units below, and of one of these.

``python tests/benchmarks/bench_home.py FOLDER --top CODE --unit CODE`` in a workspace that is filled.
"""

import argparse
import statistics
import time
from pathlib import Path


def main() -> None:
    """Print medians."""
    from pbwidgets.apps.pages.home import show_home
    from pbwidgets.apps.visit import Visit
    from pbwidgets.store import Actor
    from pbwidgets.workflows.duties.due import list_due
    from pbwidgets.workflows.ground.workspace import open_workspace

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--top", required=True)
    parser.add_argument("--unit", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    with open_workspace(given.folder) as workspace:
        for actor in (Actor("level", "reviewer", given.top), Actor("unit", "filler", given.unit)):
            asked, shown = [], []
            for _ in range(given.rounds):
                visit = Visit(workspace, actor, {}, "zh_CN")
                begun = time.process_time()
                found = list_due(visit.desk)
                asked.append(time.process_time() - begun)
                begun = time.process_time()
                show_home(Visit(workspace, actor, {}, "zh_CN"))
                shown.append(time.process_time() - begun)
            print(
                f"{actor.role:9} {len(found.own):4} own, {len(found.below):5} below: list "
                f"{statistics.median(asked):.2f} s, home page {statistics.median(shown):.2f} s"
            )


if __name__ == "__main__":
    main()
