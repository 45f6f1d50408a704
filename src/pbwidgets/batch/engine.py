"""A Papermill engine without kernels: the cells run in the calling process.

Starting a kernel and importing pandas and Altair costs seconds for every notebook; in a process that
already has them, a small notebook takes a tenth of a second. The price is that notebooks share a process, so
what one changes in it is restored afterwards; see :mod:`pbwidgets.batch.shell`.

Papermill loads this module while it is still importing its own engines. Nothing from Papermill or IPython may
therefore be imported at the top, and the class offers Papermill's engine interface without deriving from it.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pbwidgets.batch.pace import Pace

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINE_NAME: Final = "pbwidgets-inprocess"
"""Name of the entry point: ``papermill.execute_notebook(..., engine_name=ENGINE_NAME)``."""

LEFT_OUT: Final = "pbwidgets_left_out"
"""Key of a notebook's metadata: the characters that it printed beyond what is kept."""


class InProcessEngine:
    """Runs the cells of a notebook in the current process, each notebook in its own namespace.

    Not for threads: the standard streams, the working directory and ``__main__`` are those of the process.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: "NotebookNode",
        kernel_name: str,  # noqa: ARG003 -- Papermill passes it; there is no kernel
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **_of_other_engines: Any,
    ) -> "NotebookNode":
        """Notebook with outputs; it stops after the first cell that fails, and Papermill then raises.

        Parameters
        ----------
        nb
            Notebook that already has its parameters; changed in place.
        kernel_name
            Not used: there is no kernel.
        output_path
            Where the notebook is saved while it runs, so that it remains if the process is killed;
            None: nowhere. Papermill saves it at the end.
        progress_bar, log_output, autosave_cell_every
            As in Papermill.
        """
        from papermill.engines import NotebookExecutionManager

        manager = NotebookExecutionManager(
            nb,
            output_path=None,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        manager.notebook_start()
        try:
            _run_cells(manager, _saving(manager, output_path))
        finally:
            manager.notebook_complete()
        executed: NotebookNode = manager.nb
        return executed

    @classmethod
    def nb_kernel_name(cls, nb: "NotebookNode", name: str | None = None) -> str:
        """Name of the kernel that the notebook asks for."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: "NotebookNode", language: str | None = None) -> str:
        """Language that the notebook is written in."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))


def _saving(manager: Any, output_path: str | None) -> Callable[[], None]:
    """Function that saves not too often: Papermill itself writes the whole notebook twice for every cell."""
    from papermill.iorw import write_ipynb

    if output_path is None:
        return lambda: None
    return Pace(lambda: write_ipynb(manager.nb, output_path)).do_when_due


def _run_cells(manager: Any, save: Callable[[], None]) -> None:
    from pbwidgets.batch.shell import open_session

    manager.nb.metadata["language_info"] = {
        "name": "python",
        "version": ".".join(map(str, sys.version_info[:3])),
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "pygments_lexer": "ipython3",
    }
    with open_session() as session:
        for index, cell in enumerate(manager.nb.cells):
            manager.cell_start(cell, index)
            save()
            good = cell.cell_type != "code" or session.run(cell)
            if not good:
                manager.cell_exception(cell, index)
            manager.cell_complete(cell, index)
            if not good:
                break
        if session.left_out:
            manager.nb.metadata[LEFT_OUT] = session.left_out
