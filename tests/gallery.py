"""Pictures of what people see: charts, slides, documents, apps. Run by ``make gallery``, for us to look at.

Reports and the county of the apps are from ``make demo`` in this checkout. Without it there are no sheets
of reports, and the apps show a new county. All is in ``outputs/gallery/``: ``index.html`` shows every screen of the
apps at three widths, and how many clicks and seconds six jobs take.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.bench_jobs import take_figures
from chromium import CHROMIUM
from gallery_apps import make_sheets
from gallery_page import write_page

from pbwidgets.charts import build_contact_sheet

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = (
    "overview/990101",
    "unit/990101001",
    "unit/990101003",
    "unit/990101008",
    "unit/990101019",
    "unit/990101025",
    "overview/990202",
    "inspection/990202",
    "unit/99dw001",
)
DOCUMENTS = {
    "circular": ("--unit", "990101"),
    "scores": ("--track", "township", "--unit", "990101003"),
    "application": ("--unit", "990101001001", "--form", "village_application"),
    "check_sheet": ("--track", "village", "--unit", "990101001001"),
}
"""What is asked for each document of ``sanji_lianzheng``."""
MOST_PAGES = 24
BROWSER = (
    str(CHROMIUM), "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def main() -> int:
    """Write the contact sheets."""
    for name in ("PBWIDGETS_STORE", "PBWIDGETS_WORKSPACE", "PBWIDGETS_LANG"):
        os.environ.pop(name, None)  # only copies are changed
    reports = [folder for name in SAMPLES for folder in (ROOT / "outputs").glob(f"*/*/{name}")]
    if not reports:
        print("No reports in outputs/: `SERVE=0 make demo` makes some.", file=sys.stderr)
    target = ROOT / "outputs" / "gallery"
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for folder in reports:
            name = f"{folder.parent.name}-{folder.name}"
            charts = [(path, path.stem) for path in sorted((folder / "charts").glob("*.png"))]
            build_contact_sheet(charts, target / f"{name}-charts.png")
            for file, columns in (("slides.pptx", 3), ("report.docx", 6)):
                pages = office_pages(folder / file, work / name)
                show_pages(pages, target / f"{name}-{Path(file).stem}.png", columns)
            shots = [
                (page_shot(folder / "report.html", width, work / name), f"{width} px")
                for width in (1920, 360)
            ]
            build_contact_sheet(shots, target / f"{name}-page.png", columns=2)
            paper = printed_pages(folder / "report.html", work / name)
            show_pages(paper, target / f"{name}-paper.png", 6)
        for name, asked in DOCUMENTS.items() if reports else ():
            (work / "documents").mkdir(exist_ok=True)
            made = work / "documents" / f"{name}.docx"
            command = [
                str(Path(sys.executable).with_name("pbwidgets")),
                "document",
                name,
                *asked,
                "-o",
                str(made),
            ]
            subprocess.run([*command, "--campaign", "sanji_lianzheng"], check=True, cwd=ROOT)
            show_pages(office_pages(made, work / "documents"), target / f"document-{name}.png", 6)
        taken = make_sheets(ROOT, work, target)
        write_page(target, taken, take_figures(work / "jobs"))
    print(target / "index.html")
    return 0


def show_pages(pages: list[Path], sheet: Path, columns: int) -> None:
    """Contact sheet of numbered pages."""
    shown = [(path, f"{index}") for index, path in enumerate(pages[:MOST_PAGES], start=1)]
    build_contact_sheet(shown, sheet, columns=columns)


def office_pages(file: Path, work: Path) -> list[Path]:
    """Pages of an Office file as shown by LibreOffice."""
    profile = f"-env:UserInstallation=file://{work.parent}/libreoffice"
    convert = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(work), str(file)]
    subprocess.run(convert, check=True, capture_output=True)
    return pictures_of(work / f"{file.stem}.pdf")


def printed_pages(page: Path, work: Path) -> list[Path]:
    """Sheets of A4 paper on which Chromium prints a page."""
    pdf, profile = work / "paper.pdf", work / "profile-paper"
    command = [*BROWSER, f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}"]
    subprocess.run([*command, page.as_uri()], check=True, capture_output=True)
    shutil.rmtree(profile, ignore_errors=True)
    return pictures_of(pdf)


def pictures_of(pdf: Path) -> list[Path]:
    """Pictures of the pages of a PDF."""
    subprocess.run(["pdftoppm", "-r", "60", "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))


def page_shot(page: Path, width: int, work: Path) -> Path:
    """Picture of the top of a page in Chromium, in a frame, because its windows are at least 500 pixels wide."""
    work.mkdir(parents=True, exist_ok=True)
    frame, shot = work / f"frame-{width}.html", work / f"page-{width}.png"
    frame.write_text(
        f'<body style="margin:0"><iframe src="file://{page}" style="width:{width}px;height:1400px;border:0"></iframe>'
    )
    profile = work / f"profile-{width}"
    command = [
        *BROWSER,
        f"--user-data-dir={profile}",
        f"--window-size={max(width, 500)},1400",
        f"--screenshot={shot}",
    ]
    subprocess.run([*command, f"file://{frame}"], check=True, capture_output=True)
    shutil.rmtree(profile, ignore_errors=True)
    return shot


if __name__ == "__main__":
    sys.exit(main())
