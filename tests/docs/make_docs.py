"""The documentation as pages that open without a network; run by ``make docs``.

The texts are the guides in ``notebooks/guides``. They are copied beside Sphinx's settings and the pages that are
made of the source (reference, commands), so that nothing of Sphinx is among the notebooks, which go into every
workspace. The pages are in ``outputs/docs/html``.
"""

import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import commands
import house
import reference
from sphinx.cmd.build import build_main
from sphinx.util.inventory import InventoryFile

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TARGET = ROOT / "outputs" / "docs"


_ASSET = re.compile(r"<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)=[\"'](?:https?:)?//[^\"']*")
_IMPORT = re.compile(r"(?:@import|url\()\s*[\"'(]*(?:https?:)?//[^\"')]*")


def main() -> int:
    """Lay out the source and build the pages; 1 after a warning, or if the pages lack or load anything."""
    house.main()
    entries = reference.find_entries()
    source, pages = TARGET / "source", TARGET / "html"
    lay_out(source, entries)
    for folder in (pages, TARGET / "doctrees"):
        shutil.rmtree(folder, ignore_errors=True)
    options = ["-W", "--keep-going", "-q", "-j", "auto", "-d", str(TARGET / "doctrees")]
    status = build_main([*options, str(source), str(pages)])
    wrong = [*find_lacking(pages, entries), *find_outside(pages)]
    for line in wrong:
        print(line, file=sys.stderr)
    print(pages / "index.html")
    return status or bool(wrong)


def find_lacking(pages: Path, entries: Mapping[str, list[reference.Entry]]) -> Iterator[str]:
    """Public names that did not get into the inventory of the pages."""
    built = InventoryFile.loads((pages / "objects.inv").read_bytes(), uri="").data
    there = {name for kind, names in built.items() if kind.startswith("py:") for name in names}
    for module, items in entries.items():
        for name in (f"{module}.{item.name}" for item in items):
            if name not in there:
                yield f"{name}: no entry in the reference"


def find_outside(pages: Path) -> Iterator[str]:
    """Whatever a page would load from another server when it is opened."""
    for path in sorted(pages.rglob("*")):
        pattern = {".html": _ASSET, ".css": _IMPORT}.get(path.suffix)
        if pattern is not None:
            for found in pattern.findall(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(pages)}: loads from another server: {found}"


def lay_out(source: Path, entries: dict[str, list[reference.Entry]]) -> None:
    """Make the folder from which Sphinx builds."""
    shutil.rmtree(source, ignore_errors=True)
    unwanted = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    shutil.copytree(HERE, source, ignore=unwanted)
    shutil.copytree(ROOT / "notebooks" / "guides", source / "guides", ignore=unwanted)
    reference.write_pages(source / "reference", entries)
    commands.write_page(source / "commands.md")
    for page in ("CHANGELOG.md", "CONTRIBUTING.md"):
        shutil.copy(ROOT / page, source)
    picture = source / house.PICTURE.relative_to(ROOT)  # as CONTRIBUTING.md says it
    picture.parent.mkdir(parents=True)
    shutil.copy(house.PICTURE, picture)


if __name__ == "__main__":
    sys.exit(main())
