"""Progress of a run, on standard error: a bar on a terminal, a few lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from pbwidgets.batch.runner import STARTED, Progress
from pbwidgets.wording import say
from pbwidgets.workflows.reports.runs.manifest import FAILED, word_failure

_LINES = 10


@contextmanager
def show_progress(
    title: str, *, lang: str | None = None, file: TextIO | None = None
) -> Iterator[Callable[[Progress], None]]:
    """Callback for :func:`pbwidgets.batch.runner.run_jobs` that shows the progress.

    On a terminal it is a bar with counts and the remaining time; elsewhere about ten lines in all. Each
    failure is shown at once.

    Parameters
    ----------
    title
        Name of the run.
    lang
        ``zh_CN`` or ``en``.
    file
        Where to show it; by default standard error.
    """
    stream = file or sys.stderr
    if stream.isatty():
        with _bar(title, lang, stream) as tell:
            yield tell
    else:
        yield _lines(title, lang, stream)


@contextmanager
def _bar(title: str, lang: str | None, stream: TextIO) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="bold red"),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=Console(file=stream)) as bar:
        task = bar.add_task(escape(title), total=None, failed="")

        def tell(news: Progress) -> None:
            failed = say("batch.progress.failed", lang, failed=news.failed) if news.failed else ""
            bar.update(task, completed=news.ended, total=news.total, failed=failed)
            if news.status == FAILED:
                bar.console.print(escape(_failed_line(news, lang)), style="red")

        yield tell


def _lines(title: str, lang: str | None, stream: TextIO) -> Callable[[Progress], None]:
    last_part = -1

    def tell(news: Progress) -> None:
        nonlocal last_part
        if news.status == FAILED:
            print(_failed_line(news, lang), file=stream, flush=True)
        part = news.ended * _LINES // news.total
        if news.status != STARTED and part > last_part:
            last_part = part
            words = {"title": title, "ended": news.ended, "total": news.total, "failed": news.failed}
            print(say("batch.progress.line", lang, **words), file=stream, flush=True)

    return tell


def _failed_line(news: Progress, lang: str | None) -> str:
    cause = word_failure(news.failure, lang) if news.failure else ""
    return say("batch.progress.unit_failed", lang, unit=news.unit_code, cause=cause)
