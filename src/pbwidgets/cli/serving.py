"""The command ``serve``: the pages in the browser, until it is stopped."""

import logging
import sys
from dataclasses import dataclass

import click

from pbwidgets.errors import DataError, UsageError
from pbwidgets.wording import say


@dataclass(frozen=True)
class ServingLimits:
    """Limits given on the command line; None is the default.

    Attributes
    ----------
    max_visitors, max_anonymous
        Pages open at once, of signed-in and of anonymous visitors.
    max_per_address
        Connections of anonymous visitors from one address.
    """

    max_visitors: int | None = None
    max_anonymous: int | None = None
    max_per_address: int | None = None


def serve_pages(
    host: str,
    port: int,
    limits: ServingLimits,
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
    from pbwidgets.apps.doors import MOST_PER_ADDRESS
    from pbwidgets.apps.server import ServerOptions, serve
    from pbwidgets.apps.visitors import find_capacity
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
        options = ServerOptions(
            find_capacity(limits.max_visitors, limits.max_anonymous),
            limits.max_per_address or MOST_PER_ADDRESS,
            header or "", trusted, https=https, hsts=hsts,
        )  # fmt: skip
        try:
            serve(
                workspace, host, port, options,
                on_ready=lambda address: click.echo(say("serve.ready", address=address), err=True),
            )  # fmt: skip
        except OSError as error:
            cause = error.strerror or str(error)
            raise DataError("serve.port_taken", host=host, port=port, cause=cause) from error
