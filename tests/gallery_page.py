"""The page of the gallery: every screen of the apps at each width, and what six jobs take."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from benchmarks.bench_jobs import RUNS, Figures, machine
from gallery_apps import SIZES, Taken

STYLE = """
body { font: 15px/1.5 sans-serif; margin: 24px; }
table { border-collapse: collapse; }
:is(td, th) { border: 1px solid; padding: 4px 10px; }
td:not(:first-child) { text-align: right; }
section > div { display: flex; gap: 12px; align-items: start; }
img { width: 100%; border: 1px solid; }
"""


def write_page(target: Path, taken: Iterable[Taken], figures: Sequence[Figures]) -> Path:
    """Write ``index.html`` beside the pictures, and return its path."""
    sheets = [path.name for path in sorted(target.glob("*.png"))]
    links = " · ".join(f'<a href="{quote(name)}">{escape(name)}</a>' for name in sheets)
    page = target / "index.html"
    page.write_text(
        f"""<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>样张 · Gallery</title><style>{STYLE}</style>
<h1>样张 · Gallery</h1>
<h2>六件事 · Six jobs</h2>
{_table(figures)}
<p>从打开的首页起，到看见办好的提示为止；{RUNS} 次的中位数；秒数只是机器的，人看和想的时间不算；打字只算填了几处。<br>
From the open home page until it is said to be done; median of {RUNS}; the seconds are the machine's, without those of
reading and thinking. Keys: Tab, Enter, shortcuts, and each time one must scroll. Entries: fields or cells typed into,
pastes, choices of files. {escape(machine())}</p>
<h2>页面 · Screens</h2>
{"".join(map(_section, taken))}
<h2>图、幻灯片、文档 · Charts, slides, documents</h2>
<p>{links}</p>
</html>
""",
        encoding="utf-8",
    )
    return page


def _table(figures: Sequence[Figures]) -> str:
    heads = "".join(
        f"<th>{words}</th>" for words in ("", "点击 clicks", "按键 keys", "填写 entries", "秒 seconds")
    )
    rows = "".join(
        f"<tr><td>{escape(item.name)}</td><td>{item.clicks:.0f}</td><td>{item.keys:.0f}</td>"
        f"<td>{item.entries:.0f}</td><td>{item.seconds:.1f}</td></tr>"
        for item in figures
    )
    return f"<table><tr>{heads}</tr>{rows}</table>"


def _section(taken: Taken) -> str:
    pictures = "".join(
        f'<a href="apps/{quote(taken.pictures[width].name)}" style="flex: {width}">'
        f'<img loading="lazy" alt="{width}" src="apps/{quote(taken.pictures[width].name)}"></a>'
        for width, _ in SIZES
    )
    return f"<section><h3>{escape(taken.screen.name)}</h3><div>{pictures}</div></section>"
