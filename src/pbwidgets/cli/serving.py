"""The command ``serve``: the pages in the browser, until it is stopped."""

import logging
import sys

import click

from pbwidgets.errors import DataError, UsageError
from pbwidgets.wording import say


def serve_pages(
    host: str,
    port: int,
    max_visitors: int | None,
    header: str | None,
    trusted: tuple[str, ...],
    *,
    https: bool = False,
    hsts: bool = False,
) -> None:
    """Serve the pages of the workspace; the first start says where the administrator's one-time password is.

    Raises
    ------
    UsageError
        ``serve.no_pages``, ``serve.trust_needed``, ``serve.https_needed``.
    DataError
        ``serve.port_taken``.
    """
    from pbwidgets.apps.server import serve
    from pbwidgets.workflows.ground.workspace import open_workspace
    from pbwidgets.workflows.people.accounts import ADMINISTRATOR, ensure_administrator

    if header and not trusted:
        raise UsageError("serve.trust_needed")
    if hsts and not https:
        raise UsageError("serve.https_needed")
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("pbwidgets").setLevel(logging.INFO)
    with open_workspace() as workspace:
        folder = workspace.settings.notebooks / "apps"
        if not any(folder.glob("*.ipynb")):
            raise UsageError("serve.no_pages", folder=folder)
        file = ensure_administrator(workspace)
        if file is not None:
            click.echo(say("serve.first_admin", name=ADMINISTRATOR, file=file))
        click.echo(say("serve.starting"), err=True)
        try:
            serve(
                workspace, host, port, max_visitors=max_visitors, header=header or "", trusted=trusted,
                https=https, hsts=hsts,
                on_ready=lambda address: click.echo(say("serve.ready", address=address), err=True),
            )  # fmt: skip
        except OSError as error:
            cause = error.strerror or str(error)
            raise DataError("serve.port_taken", host=host, port=port, cause=cause) from error
