"""Small pages that tests add to a workspace: one responds, one has a chart, one loses its account."""

import json
from pathlib import Path

_PROBE = """\
import ipywidgets as w
from pbwidgets.apps import open_visit
visit = open_visit(account, place)
field = w.Text(description='名称')
said = w.HTML(f'<p id=who>{visit.actor.name}</p>')
field.observe(lambda change: setattr(said, 'value', '<p id=who>heard ' + change['new'] + '</p>'), 'value')
w.VBox([field, said])
"""
_CHART = """\
import altair as alt
import ipywidgets as w
import pandas as pd
from pbwidgets.forms import elements as e
data = pd.DataFrame({'a': ['甲', '乙'], 'n': [1, 2]})
chart = e.chart(alt.Chart(data).mark_bar().encode(x='n:Q', y='a:N').to_dict(), 'two bars')
chart
"""
_STANDING = """\
from pathlib import Path
import ipywidgets as w
from pbwidgets.apps import open_visit
from pbwidgets.errors import PbError
from pbwidgets.workflows.ground.rights import operator
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.people.accounts import disable_account
visit = open_visit(account, place)
with open_workspace() as own:
    disable_account(own, operator(), account)
try:
    with visit.workspace.store.write(visit.actor):
        said = 'written'
except PbError as error:
    said = error.code
Path('said.txt').write_text(said)
w.HTML('')
"""


def add_probe(folder: Path) -> None:
    """Add ``/probe`` to a workspace: a field, and what the kernel received."""
    _add(folder, "probe", _PROBE)


def add_chart(folder: Path) -> None:
    """Add ``/chart`` to a workspace: a chart."""
    _add(folder, "chart", _CHART)


def add_standing(folder: Path) -> None:
    """Add ``/standing`` to a workspace: it disables its visitor's account, tries to write, and keeps the answer."""
    _add(folder, "standing", _STANDING)


def _add(folder: Path, name: str, source: str) -> None:
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": metadata,
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for number, (metadata, text) in enumerate(
            [({"tags": ["parameters"]}, "account = None\nplace = {}"), ({}, source)]
        )
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "notebooks" / "apps" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
