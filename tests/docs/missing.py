"""What the documentation leaves out; part of ``make check``, in a second or two.

Public names come with their docstrings and commands with their own help, so what can be missing is a name without
a docstring, and whatever nobody has written about: a command, an environment variable, a rule, a type of field.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import click
import commands
import reference

from pbwidgets.campaign.model import Field
from pbwidgets.campaign.rules import Rule

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "notebooks" / "guides"
_VARIABLE = re.compile(r"\bPBWIDGETS_[A-Z]+\b")
_OWN = {"PBWIDGETS_INBOX", "PBWIDGETS_SERVED", "PBWIDGETS_SESSION"}
"""Variables that a process of ours sets for the next one."""


def main() -> int:
    """Name what is missing; 1 if anything is."""
    missing = list(find_missing())
    print(
        "\n".join(missing) or "The documentation misses nothing.", file=sys.stderr if missing else sys.stdout
    )
    return 1 if missing else 0


def find_missing() -> Iterator[str]:
    """One line for each item missing from the documentation."""
    for name in reference.find_missing(reference.find_entries()):
        yield f"{name}: no entry in the reference; give it a docstring, or take it out of __all__"
    text = read_guides()
    for what, names in named().items():
        for name in unnamed(names, text):
            yield f"{name}: no guide names this {what}; say in notebooks/guides what it is for"


def named() -> dict[str, set[str]]:
    """Names that the guides must mention, by kind."""
    rules = {get_args(model.model_fields["name"].annotation)[0] for model in get_args(get_args(Rule)[0])}
    return {
        "command": {words for words, one in commands.find_commands() if not isinstance(one, click.Group)},
        "environment variable": find_variables(ROOT / "src" / "pbwidgets"),
        "rule": {f"`{name}`" for name in rules},  # words such as `text` and `date` occur in any text
        "field type": {f"`{name}`" for name in get_args(Field.model_fields["type"].annotation)},
    }


def find_variables(source: Path) -> set[str]:
    """Environment variables that the source names."""
    files = [path for end in ("py", "json", "js") for path in source.rglob(f"*.{end}")]
    return {name for path in files for name in _VARIABLE.findall(path.read_text(encoding="utf-8"))} - _OWN


def read_guides(folder: Path = GUIDES) -> str:
    """Text of all guides, without code cells."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))]
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        pages += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return "\n".join(pages)


def unnamed(names: Iterable[str], text: str) -> list[str]:
    """Names that do not occur in a text as separate words."""
    return [name for name in sorted(names) if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


if __name__ == "__main__":
    sys.exit(main())
