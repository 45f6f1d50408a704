"""The server of the apps: Voilà with our own addresses, sign-in, kernels and template.

It uses Voilà's application, executor and front end, but not its list of addresses. The addresses served
are in the table of :meth:`Server.init_handlers`; everything else gets 404.
"""

import asyncio
import logging
import os
import secrets
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tornado import ioloop, web
from traitlets.config import Config
from voila.app import Voila

from pbwidgets.apps.attaching import (
    MAX_MESSAGE_BYTES,
    AliveHandler,
    ChannelsHandler,
    KernelHandler,
    PageConnection,
    ShutdownHandler,
)
from pbwidgets.apps.bundle import ensure_bundle
from pbwidgets.apps.cookies import attributes
from pbwidgets.apps.doors import MOST_PER_ADDRESS, Doors
from pbwidgets.apps.extensions import extension_folders
from pbwidgets.apps.files import EVIDENCE, EvidenceHandler, ResultHandler
from pbwidgets.apps.front_end import ensure_front_end, static_folders
from pbwidgets.apps.identity import PbIdentityProvider
from pbwidgets.apps.kernels import cool_down, warm_up
from pbwidgets.apps.opening import HomeHandler, NothingHandler, PageHandler
from pbwidgets.apps.printing import PAPER, PaperHandler
from pbwidgets.apps.sign_in import SIGN_IN_PAGES
from pbwidgets.apps.statics import StaticHandler
from pbwidgets.apps.survey_code import CODE_PAGE, CodeHandler
from pbwidgets.apps.uploading import UploadHandler
from pbwidgets.apps.visitors import Capacity, Owner, VisitorKernels, WarmKernelSpecs, find_capacity
from pbwidgets.apps.who import ACCOUNT_KEY
from pbwidgets.files import put_file
from pbwidgets.forms.inbox import clear_inbox
from pbwidgets.forms.look import LOOK
from pbwidgets.settings import Settings
from pbwidgets.workflows.ground.workspace import Workspace
from pbwidgets.workflows.people.sessions import accounts_in_use, live_sessions

MAX_HEADER_BYTES: Final = 32 * 2**10
"""Maximum size of the address and headers of a request."""

REQUEST_S: Final = 75.0
"""Seconds that a connection has for its next request, and a request for its body; proxies keep theirs for 60."""

MAX_FORM_BYTES: Final = 16 * 2**10
"""Room for what any form sends; a handler that takes files raises it for its own requests."""

IDLE_MINUTES: Final = 30
"""Minutes without typing or clicking after which a page's kernel ends; the page says so."""

_KERNEL_ID: Final = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
_TEMPLATE: Final = Path(__file__).with_name("template") / "pbwidgets"
_log = logging.getLogger("pbwidgets.apps")


@dataclass(frozen=True)
class ServerOptions:
    """How many visitors a server lets in, and what stands between it and them.

    Attributes
    ----------
    capacity
        How many pages may be open at once; by default what the machine can handle.
    most_per_address
        Maximum number of connections of anonymous visitors from one address.
    header
        Name of the header in which a proxy names the account; if empty, people sign in here.
    trusted
        Addresses (CIDR) of the trusted proxies.
    https
        Whether browsers connect through an https proxy; cookies are then sent over https only.
    hsts
        Whether browsers are told to use https only, for a year.
    """

    capacity: Capacity | None = None
    most_per_address: int = MOST_PER_ADDRESS
    header: str = ""
    trusted: tuple[str, ...] = ()
    https: bool = False
    hsts: bool = False


class Server(Voila):
    """Voilà, reduced to what the pages need; started by :func:`serve`."""

    name = "voila"
    config_file_paths: list[str] = []  # noqa: RUF012  nothing of a user's Voilà applies here
    workspace: Workspace
    options: ServerOptions
    on_ready: Callable[[str], None]

    def setup_template_dirs(self) -> None:
        """Use Voilà's installed front end, and this package's templates for the rest."""
        self.static_paths = list(static_folders())

    def init_settings(self) -> dict[str, Any]:
        """Settings of tornado, with those of our handlers."""
        made: dict[str, Any] = super().init_settings()
        self.kernel_manager.settings = self.workspace.settings
        self.kernel_manager.capacity = self.options.capacity or find_capacity()
        made.update(
            pbwidgets_workspace=self.workspace,
            pbwidgets_doors=Doors(self.options.most_per_address),
            websocket_max_message_size=MAX_MESSAGE_BYTES,
            xsrf_cookies=True,
            xsrf_cookie_kwargs=attributes(self.options.https),
            pbwidgets_hsts=self.options.hsts,
            login_url="/login",
            compress_response=True,
            default_handler_class=NothingHandler,
            log_function=_log_request,
        )
        return made

    def init_handlers(self) -> list[Any]:
        """Every address served, in order.

        ======================================  ====================================================
        ``/``                                   redirects to ``/home``
        ``/login``, ``/logout``, ``/password``  of the identity provider; open to all
        ``/sessions``                           one's own sessions
        ``/api/kernels/<id>``                   asked by the front end before it connects; owner only
        ``/api/kernels/<id>/channels``          messages between a page and its kernel; owner only
        ``/voila/api/shutdown/<id>``            closing a page ends its kernel; owner only
        ``/alive``                              the heartbeat of a page
        ``/survey/code``                        asks for a survey code, without a kernel; open to all
        ``/evidence/…``, ``/results/…``         files, each checked against the visitor's rights
        ``/paper/…``                            a form to be stamped, checked in the same way
        ``/upload/<id>/…``                      files for the page of a kernel; owner only
        ``/static/…``, ``/voila/…``             style sheets, scripts, Voilà's front end; open to all
        ``/<page>``                             the pages, one per notebook
        ======================================  ====================================================
        """
        folders = {
            "pb": [str(_TEMPLATE / "static"), str(LOOK.parent)],
            "front": self.static_paths,
            "extensions": list(extension_folders()),
            "drawn": [str(_bundles(self.workspace.settings))],
        }
        return [
            (r"/", HomeHandler),
            *SIGN_IN_PAGES,
            (rf"/api/kernels/{_KERNEL_ID}", KernelHandler),
            (rf"/api/kernels/{_KERNEL_ID}/channels", ChannelsHandler),
            (rf"/voila/api/shutdown/{_KERNEL_ID}", ShutdownHandler),
            (r"/alive", AliveHandler),
            (CODE_PAGE, CodeHandler),
            (EVIDENCE, EvidenceHandler),
            (PAPER, PaperHandler),
            (rf"/upload/{_KERNEL_ID}/(?P<slot_id>[0-9a-f]{{32}})", UploadHandler),
            (r"/results/([^/]+)/([^/]+)/([^/]+)/([^/]+)/(.+)", ResultHandler),
            (r"/voila/static/[^/]+/(.*)", StaticHandler, {"paths": folders["front"]}),
            (r"/voila/labextensions/(.*)", StaticHandler, {"paths": folders["extensions"]}),
            (r"/static/pb/(.*)", StaticHandler, {"paths": folders["pb"] + folders["drawn"]}),
            (r"/([a-z][a-z_]*)", PageHandler),
        ]

    def listen(self) -> None:
        """Listen on exactly the given port, report the address, and run until told to stop."""
        self.app.listen(
            self.port,
            self.ip,
            max_buffer_size=2 * MAX_MESSAGE_BYTES,
            max_body_size=MAX_FORM_BYTES,
            max_header_size=MAX_HEADER_BYTES,
            idle_connection_timeout=REQUEST_S,
            body_timeout=REQUEST_S,
            xheaders=False,
            # treat requests as https, so cookies are Secure
            protocol="https" if self.options.https else None,
        )
        self.ioloop = ioloop.IOLoop.current()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._handle_signal_stop)
        self.on_ready(f"http://{'127.0.0.1' if self.ip in ('', '0.0.0.0') else self.ip}:{self.port}/")
        sweep = ioloop.PeriodicCallback(self._sweep, 20_000)
        sweep.start()
        try:
            self.ioloop.start()
        finally:
            sweep.stop()
            begun = list(self.kernel_manager.owners)
            self.stop()
            for kernel_id in begun:
                clear_inbox(self.workspace.settings.private, kernel_id)

    async def _sweep(self) -> None:
        """End kernels whose process is gone, whose session has ended, or which nobody uses."""
        asked = frozenset(self.kernel_manager.owners.values())
        live = await asyncio.to_thread(find_signed_in, self.workspace, asked)
        gone = asked - live  # of those who come meanwhile, the next sweep asks
        await self.kernel_manager.sweep(lambda owner: owner not in gone, 60 * IDLE_MINUTES)

    def _handle_signal_stop(self, sig: int, frame: object) -> None:  # noqa: ARG002  signal's signature
        self.ioloop.add_callback_from_signal(self.ioloop.stop)


def serve(
    workspace: Workspace,
    host: str,
    port: int,
    options: ServerOptions | None = None,
    on_ready: Callable[[str], None] = print,
) -> None:
    """Serve the pages of a workspace until the process is told to stop.

    Parameters
    ----------
    host, port
        Where to listen. If the port is taken, no other one is tried.
    options
        By default, people connect directly and sign in here.
    on_ready
        Called with the address once the server is listening.

    Raises
    ------
    OSError
        If the port is taken or not allowed.
    """
    chosen = options or ServerOptions()
    ensure_bundle(_bundles(workspace.settings))
    ensure_front_end(_bundles(workspace.settings))
    _allow_many_connections()
    warm_up()
    try:
        server = Server(config=_config(workspace.settings, chosen), log=_log)
        server.workspace, server.options = workspace, chosen
        server.on_ready = on_ready
        server.initialize([])
        server.ip, server.port = host, port
        asyncio.set_event_loop(asyncio.new_event_loop())
        server.start()
    finally:
        cool_down()


def find_signed_in(workspace: Workspace, owners: Iterable[Owner]) -> frozenset[Owner]:
    """Owners whose page may stay open: their session is live, or their account in use if a proxy signs them in.

    Anonymous visitors have neither.
    """
    asked = frozenset(owners)
    by_name = {
        owner: owner.key.removeprefix(ACCOUNT_KEY) for owner in asked if owner.key.startswith(ACCOUNT_KEY)
    }
    sessions = live_sessions(workspace, {owner.session for owner in by_name if owner.session})
    names = accounts_in_use(workspace, {name for owner, name in by_name.items() if not owner.session})
    return frozenset(
        owner
        for owner in asked
        if owner not in by_name
        or owner.session in sessions
        or (not owner.session and by_name[owner] in names)
    )


def _config(settings: Settings, options: ServerOptions) -> Config:
    made = Config()
    made.Voila.open_browser = False
    made.Voila.root_dir = str(settings.notebooks / "apps")
    made.Voila.cookie_secret = _cookie_secret(settings.private)
    made.Voila.identity_provider_class = PbIdentityProvider
    made.Voila.kernel_websocket_connection_class = PageConnection
    made.VoilaConfiguration.multi_kernel_manager_class = VisitorKernels
    made.VoilaConfiguration.kernel_spec_manager_class = WarmKernelSpecs
    made.VoilaConfiguration.file_allowlist = []
    made.VoilaConfiguration.show_tracebacks = False
    made.KernelManager.transport = "ipc" if os.name != "nt" else "tcp"
    made.KernelManager.autorestart = False  # a new kernel would not know the page
    made.KernelManager.shutdown_wait_time = 1.0
    made.MappingKernelManager.buffer_offline_messages = True
    made.PbIdentityProvider.header_name = options.header
    made.PbIdentityProvider.trusted_addresses = list(options.trusted)
    return made


def _allow_many_connections() -> None:
    """Use as many files and connections as the system lets this process have; a usual 1024 are soon taken."""
    if os.name == "posix":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _bundles(settings: Settings) -> Path:
    return settings.private / "bundles"


def _cookie_secret(private: Path) -> bytes:
    """Secret that signs cookies; stored, so that nobody has to sign in again after a restart."""
    path = private / "cookie_secret"
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        put_file(path, secrets.token_hex(32).encode(), private=True)
    return path.read_bytes()


def _log_request(handler: web.RequestHandler) -> None:
    """Log refusals and failures, without the query of the address."""
    status = handler.get_status()
    if status >= 400:
        _log.log(
            logging.ERROR if status >= 500 else logging.INFO,
            "%d %s %s", status, handler.request.method, handler.request.path,
        )  # fmt: skip


__all__ = ["IDLE_MINUTES", "Server", "ServerOptions", "serve"]
