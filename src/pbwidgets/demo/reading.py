"""Read and check demonstration files."""

from pathlib import Path

from pydantic import ValidationError

from pbwidgets.campaign.source import read_source
from pbwidgets.campaign.translation import translate
from pbwidgets.demo.definition import Demo
from pbwidgets.errors import DataError, Problem, ProblemsError


def demo_file(parameters: Path, campaign_id: str) -> Path:
    """File of the demonstration of a campaign in a folder ``parameters``, whether or not it is there."""
    return parameters / "demo" / f"{campaign_id}.yaml"


def list_demos(parameters: Path) -> tuple[str, ...]:
    """Ids of the campaigns with a demonstration in a folder ``parameters``, in the order in which they are filled.

    The usual one comes last: the campaign that was opened last is the one that is meant where none is named.
    """
    found = {path.stem: _read(path)[0] for path in (parameters / "demo").glob("*.yaml")}
    return tuple(sorted(found, key=lambda name: (bool((demo := found[name]) and demo.usual), name)))


def read_demo(path: Path) -> Demo:
    """The demonstration in a file.

    Raises
    ------
    DataError
        ``demo.none`` if the campaign has no demonstration.
    ProblemsError
        With every problem in the file.
    """
    if not path.is_file():
        raise DataError("demo.none", file=path.name)
    demo, problems = _read(path)
    if demo is None or problems:
        raise ProblemsError(problems)
    return demo


def check_demo(path: Path) -> tuple[Problem, ...]:
    """All problems in a demonstration file."""
    return _read(path)[1]


def _read(path: Path) -> tuple[Demo | None, tuple[Problem, ...]]:
    source, problems = read_source(path)
    if source is None:
        return None, problems
    try:
        return Demo.model_validate(source.data), problems
    except ValidationError as error:
        findings = translate(error.errors(include_url=False), Demo)
        found = (source.problem(item.code, item.address, item.args) for item in findings)
        return None, (*problems, *found)
