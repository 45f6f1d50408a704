"""How large the house is: ``python tests/lines.py [REVISION …]``, by default the checkout as it is.

Counts the lines of ``src`` without blank lines, docstrings and comments, by room.
"""

import ast
import io
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def sources(revision: str) -> dict[str, str]:
    """Python modules of ``src/pbwidgets`` by path; of the checkout for an empty revision."""
    if not revision:
        package = ROOT / "src" / "pbwidgets"
        return {
            path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
            for path in package.rglob("*.py")
        }
    packed = subprocess.run(
        ["git", "archive", revision, "src/pbwidgets"], cwd=ROOT, check=True, capture_output=True
    )
    found = {}
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".py") else None
            if file is not None:
                found[member.name.removeprefix("src/pbwidgets/")] = file.read().decode()
    return found


def count(source: str) -> int:
    """Lines of a module without blank lines, docstrings and comments."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            text = node.body[0]
            left_out.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#")
        for number, line in lines
        if number not in left_out
    )


def main() -> None:
    for revision in sys.argv[1:] or [""]:
        modules = sources(revision)
        rooms: Counter[str] = Counter()
        for path, source in modules.items():
            rooms[path.partition("/")[0] if "/" in path else "(top)"] += count(source)
        print(f"{revision or 'checkout'}: {rooms.total()} lines in {len(modules)} modules")
        print("  " + ", ".join(f"{room} {lines}" for room, lines in sorted(rooms.items())))


if __name__ == "__main__":
    main()
