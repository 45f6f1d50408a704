"""The server's access rules: every address is requested without signing in and by another account."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from apps_probe import add_probe
from clients import Client
from counties import CAMPAIGN, OPERATOR, PERIOD, SISTER, VILLAGE, key_of
from serving import PASSWORD, Served, make_codes, make_small_county
from websocket import WebSocketBadStatusException

from pbwidgets.apps import statics
from pbwidgets.apps.frame import asset_version
from pbwidgets.apps.identity import PbIdentityProvider
from pbwidgets.apps.server import MAX_FORM_BYTES, Server, find_signed_in
from pbwidgets.apps.statics import StaticHandler
from pbwidgets.apps.visitors import Owner
from pbwidgets.settings import Settings
from pbwidgets.store import Actor, add_evidence, find_evidence
from pbwidgets.workflows.ground.workspace import open_workspace
from pbwidgets.workflows.people.accounts import disable_account
from pbwidgets.workflows.people.sessions import session_key, sign_in, sign_out

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300080606070605080707070909080a0c140d0c0b0b0c1912130f141d"
    "1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432ffc0000b080001000101011100ffc4"
    "001f0000010501010101010100000000000000000102030405060708090a0bffc400b5100002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435"
    "363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798"
    "999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4"
    "f5f6f7f8f9faffda0008010100003f00fbfeffd9"
)


@pytest.fixture(scope="module")
def county(served: Served) -> Iterator[str]:
    """Hash of a photo of the first village in the served county, which also has a page for probing."""
    add_probe(served.folder)
    with open_workspace(served.folder) as workspace:
        actor = Actor("filler", "filler", VILLAGE)
        with workspace.store.write(actor) as writer:
            key = key_of("village_application", VILLAGE)
            made = add_evidence(writer, key, "centre_photos", "合影.jpg", JPEG, 10_000)
        yield made.file.sha256


class Clients:
    """Clients of one server: each account signs in once; an anonymous client is always new."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._known: dict[str, Client] = {}

    def __call__(self, account: str | None = None) -> Client:
        if account is None:
            return Client(self.served)
        if account not in self._known:
            self._known[account] = Client(self.served, account)
        return self._known[account]


@pytest.fixture(scope="module")
def clients(served: Served, county: str) -> Clients:
    return Clients(served)


@pytest.fixture(scope="module")
def kernel(clients: Clients) -> str:
    """Id of a kernel owned by the filler."""
    return clients("filler").open_kernel()


OPEN_TO_ALL = {"/", "/login", "/logout", "/password", "/alive", "/survey", "/survey/code"}
ASKED = [
    "/home", "/fill", "/review", "/board", "/meeting", "/results", "/organise", "/probe", "/sessions",
    "/api/kernels/{kernel}", "/api/kernels/{kernel}/channels", "/voila/api/shutdown/{kernel}",
    f"/evidence/village_application/{VILLAGE}/0/{{sha}}", f"/evidence/village_application/{VILLAGE}/0/{{sha}}?thumb=1",
    f"/results/{CAMPAIGN}/{PERIOD}/unit/{VILLAGE}/report.html", f"/paper/village_application/{VILLAGE}/0/1",
    "/upload/{kernel}/{sha:.32}",
]  # fmt: skip
NOT_THERE = [
    "/api/kernels", "/api/kernels/{kernel}/restart", "/api/kernels/{kernel}/interrupt", "/api/contents/",
    "/api/sessions", "/api/terminals", "/api/status", "/api/me", "/voila/files/probe.ipynb",
    "/voila/files/../../.pbwidgets/evidence/{dir}/{sha}", "/voila/render/probe.ipynb", "/voila/tree",
    "/voila/execution/{kernel}", "/voila/query/{kernel}", "/voila/api/contents/",
    "/voila/templates/base/static/voila.js",
    "/files/probe.ipynb", "/static/pb/../../../../server.py", "/static/pb/%2e%2e/%2e%2e/page_start.html",
    "/voila/static/0/../../../etc/passwd", "/.pbwidgets/store.sqlite", "/evidence/{dir}/{sha}",
    "/static/pb/../../../../../.pbwidgets/evidence/{dir}/{sha}", "/voila/labextensions/..%2f..%2fetc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("path", ASKED)
def test_without_signing_in_nothing_is_served(clients: Clients, county: str, kernel: str, path: str) -> None:
    status, body, headers = clients().get(path.format(kernel=kernel, sha=county))

    led_to_sign_in = status == 302 and headers["Location"].startswith("/login")
    assert led_to_sign_in or status in (401, 403, 404, 405), status
    assert JPEG[20:] not in body


@pytest.mark.parametrize("account", [None, "filler"])
@pytest.mark.parametrize("path", NOT_THERE)
def test_unneeded_addresses_of_jupyter_and_voila_do_not_exist(
    served: Served, clients: Clients, county: str, path: str, account: str | None
) -> None:
    status, body, _ = clients(account).get(path.format(kernel="a-b-c-d-e", sha=county, dir=county[:2]))

    assert status in (400, 403, 404)
    assert JPEG[20:] not in body


def test_every_address_of_the_application_is_tested_above(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "sqlite://", "zh_CN")
    given = SimpleNamespace(
        static_paths=[], identity_provider=PbIdentityProvider(), workspace=SimpleNamespace(settings=settings)
    )
    paths = [re.sub(r"[?].*", "", path) for path in (*ASKED, *OPEN_TO_ALL)]
    asked = [path.format(kernel="a-b-c-d-e", sha="0" * 64) for path in paths]

    rules = [(rule[0], rule[1]) for rule in Server.init_handlers(given)]

    assert len(rules) > 10
    for pattern, handler in rules:
        if not issubclass(handler, StaticHandler):
            assert any(re.fullmatch(pattern, path) for path in asked), pattern


def test_nobody_can_attach_to_another_accounts_page(served: Served, clients: Clients, county: str) -> None:
    owner, other = clients("filler"), clients("sister")
    kernel = owner.open_kernel()
    owner.attach(kernel).close()

    with pytest.raises(WebSocketBadStatusException, match="404"):
        other.attach(kernel)
    assert other.get(f"/api/kernels/{kernel}")[0] == 404
    assert other.post(f"/voila/api/shutdown/{kernel}")[0] == 404
    assert json.loads(owner.get(f"/alive?kernel={kernel}")[1])["state"] == "ok"
    assert json.loads(other.get(f"/alive?kernel={kernel}")[1])["state"] == "gone"


def test_a_page_ends_only_its_own_kernel_and_only_with_the_xsrf_token(
    served: Served, clients: Clients, county: str
) -> None:
    client = clients("filler")
    kernel = client.open_kernel()

    assert client.post(f"/voila/api/shutdown/{kernel}", _xsrf="forged")[0] == 403
    assert client.post(f"/voila/api/shutdown/{kernel}")[0] == 204
    assert json.loads(client.get(f"/alive?kernel={kernel}")[1])["state"] == "gone"


def test_an_ended_session_is_reported_at_the_next_heartbeat(
    served: Served, clients: Clients, county: str
) -> None:
    client = Client(served, "filler")
    kernel = client.open_kernel()

    assert client.post("/logout")[0] == 302

    assert json.loads(client.get(f"/alive?kernel={kernel}")[1])["state"] == "signed_out"
    with pytest.raises(WebSocketBadStatusException, match="404"):
        client.attach(kernel)


def test_evidence_is_served_to_those_who_may_see_the_unit(
    served: Served, clients: Clients, county: str
) -> None:
    path = f"/evidence/village_application/{VILLAGE}/0/{county}"
    got = {account: clients(account).get(path)[0] for account in
           ("filler", "sister", "other", "reviewer", "reviewer2", "county", "admin", "organiser")}  # fmt: skip

    assert got == {"filler": 200, "sister": 404, "other": 404, "reviewer": 200, "reviewer2": 404,
                   "county": 200, "admin": 404, "organiser": 200}  # fmt: skip


def test_evidence_is_not_found_under_another_unit(served: Served, clients: Clients, county: str) -> None:
    assert clients("sister").get(f"/evidence/village_application/{SISTER}/0/{county}")[0] == 404
    with open_workspace(served.folder) as workspace, workspace.store.read() as reader:
        assert len(find_evidence(reader, county)) == 1


def test_a_photo_is_shown_inline_and_nothing_in_it_may_run(
    served: Served, clients: Clients, county: str
) -> None:
    client = clients("filler")
    status, body, headers = client.get(f"/evidence/village_application/{VILLAGE}/0/{county}")
    small = client.get(f"/evidence/village_application/{VILLAGE}/0/{county}?thumb=1")

    assert (status, small[0], headers["Content-Type"]) == (200, 200, "image/jpeg")
    assert body.startswith(b"\xff\xd8")
    assert small[1].startswith(b"\xff\xd8")
    assert headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%E5")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_results_are_served_to_those_who_may_see_the_unit_and_only_from_their_folder(
    served: Served, clients: Clients, county: str
) -> None:
    folder = served.folder / "outputs" / CAMPAIGN / PERIOD / "unit" / VILLAGE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text("<p>报告</p>", encoding="utf-8")
    (folder.parent / "secret.html").write_text("secret", encoding="utf-8")
    address = f"/results/{CAMPAIGN}/{PERIOD}/unit/{VILLAGE}"

    status, _, headers = clients("county").get(f"{address}/report.html")

    assert (status, headers["Content-Disposition"].split(";")[0]) == (200, "attachment")
    assert clients("sister").get(f"{address}/report.html")[0] == 404
    for climbing in ("../secret.html", "%2e%2e/secret.html", "..%2fsecret.html", "/etc/passwd", ".hidden"):
        assert clients("county").get(f"{address}/{climbing}")[0] == 404


def test_every_answer_carries_the_security_headers(served: Served, clients: Clients, county: str) -> None:
    for path in ("/login", "/nothing", "/alive", "/probe"):
        headers = clients("filler").get(path)[2]
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path


def test_query_parameters_reach_the_page_only_as_plain_text(
    served: Served, clients: Clients, county: str
) -> None:
    client = clients("filler")

    client.open_kernel("/probe?account=admin&unit=%22%0aimport%20os&UPPER=1&x%27]=2")

    assert b"pb-failed" not in client.get("/probe?unit=%27%5c%0a%7b%7d&account=admin")[1]


def test_the_anonymous_page_needs_no_account_and_its_kernel_is_private(
    served: Served, clients: Clients, county: str
) -> None:
    visitor, other = clients(), clients()
    code = make_codes(served.folder, 1)[0]
    assert visitor.enter(code)[0] == 303
    kernel = visitor.open_kernel("/survey")

    visitor.attach(kernel).close()
    with pytest.raises(WebSocketBadStatusException, match="404"):
        other.attach(kernel)
    assert visitor.get("/home")[0] == 302


def test_our_assets_load_nothing_from_other_sites() -> None:
    folder = Path(statics.__file__).with_name("template")
    for path in folder.rglob("*"):
        if path.suffix in (".css", ".js", ".html"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://(?!www\.w3\.org)", text), path
            assert "//cdn" not in text, path
    assert asset_version().isdigit()


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/sessions", "/voila/api/shutdown/x"])
def test_a_body_larger_than_any_form_is_refused_unread(clients: Clients, path: str) -> None:
    status, body, _ = clients().post(path, name="x" * (MAX_FORM_BYTES + 1))
    assert (status, body) == (400, b"")


def test_pages_stay_open_as_long_as_their_session_or_their_account_behind_a_proxy(tmp_path: Path) -> None:
    with open_workspace(make_small_county(tmp_path / "county")) as workspace:
        token, ended = (sign_in(workspace, "filler", PASSWORD) for _ in range(2))
        sign_out(workspace, ended)
        by_session, by_ended = (Owner("account:filler", session_key(key), "fill") for key in (token, ended))
        by_proxy, other = Owner("account:filler", "", "fill"), Owner("account:sister", "", "fill")
        anonymous = Owner("visitor:a", "", "survey")
        owners = (by_session, by_ended, by_proxy, other, anonymous)
        assert find_signed_in(workspace, owners) == {by_session, by_proxy, other, anonymous}
        disable_account(workspace, OPERATOR, "filler")
        assert find_signed_in(workspace, owners) == {other, anonymous}


def test_a_page_that_opens_during_a_sweep_is_not_ended_by_it(tmp_path: Path) -> None:
    new = Owner("account:filler", "new session", "fill")
    ended = Owner("account:filler", "ended session", "fill")
    kept: list[Owner] = []

    class Kernels:
        owners = {"k1": ended}  # noqa: RUF012

        async def sweep(self, still_signed_in: Callable[[Owner], bool], _idle_s: float) -> None:
            kept.extend(owner for owner in self.owners.values() if still_signed_in(owner))

    async def run(given: Any) -> None:
        sweeping = asyncio.create_task(Server._sweep(given))
        await asyncio.sleep(0)  # it has listed the owners
        given.kernel_manager.owners["k2"] = new
        await sweeping

    with open_workspace(make_small_county(tmp_path / "county")) as workspace:
        asyncio.run(run(SimpleNamespace(kernel_manager=Kernels(), workspace=workspace)))
    assert kept == [new]


def test_visitors_are_asked_to_wait_when_the_server_is_full(
    tmp_path: Path, serve_folder: Callable[..., Served]
) -> None:
    folder = make_small_county(tmp_path / "county")
    add_probe(folder)
    served = serve_folder(folder, "--max-visitors", "1")
    first = Client(served, "filler")
    kernel = first.open_kernel()
    second = Client(served, "sister")

    status, body, headers = second.get("/probe")

    assert (status, headers["Retry-After"]) == (503, "10")
    assert "请稍候" in body.decode()
    assert b'http-equiv="refresh"' in body
    assert first.post(f"/voila/api/shutdown/{kernel}")[0] == 204
    second.open_kernel()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_server(
    tmp_path: Path, serve_folder: Callable[..., Served], signum: signal.Signals
) -> None:
    folder = make_small_county(tmp_path / "county")
    add_probe(folder)
    served = serve_folder(folder)
    client = Client(served, "filler")
    client.open_kernel()
    client.open_kernel()
    assert len(served.kernels()) == 2

    assert served.stop(signum) == []


def test_a_killed_kernel_is_noticed(served: Served, clients: Clients, county: str) -> None:
    before = {process.pid for process in served.kernels()}
    client = clients("filler")
    kernel = client.open_kernel()
    mine = next(process for process in served.kernels() if process.pid not in before)

    os.kill(mine.pid, signal.SIGKILL)

    psutil.wait_procs([mine], timeout=10)
    deadline = time.monotonic() + 10
    while json.loads(client.get(f"/alive?kernel={kernel}")[1])["state"] == "ok":
        assert time.monotonic() < deadline, "the kernel's end was not noticed"


def test_the_environment_of_a_kernel_holds_no_secret_and_no_address(
    served: Served, clients: Clients, county: str
) -> None:
    clients("filler").open_kernel("/probe?unit=99")

    environment = served.kernels()[-1].environ()

    assert "QUERY_STRING" not in environment
    assert not any("COOKIE" in name or "TOKEN" in name for name in environment)


def test_a_page_that_fails_says_so_and_nothing_more(served: Served, clients: Clients, county: str) -> None:
    path = served.folder / "notebooks" / "apps" / "probe.ipynb"
    broken = served.folder / "notebooks" / "apps" / "broken.ipynb"
    broken.write_text(
        path.read_text(encoding="utf-8").replace("w.VBox", "raise ValueError('inner word')\\nw.VBox"),
        encoding="utf-8",
    )

    status, body, _ = clients("filler").get("/broken")

    assert status == 200
    assert 'id="pb-failed"' in body.decode()
    assert b"inner word" not in body
    assert "inner word" in served.log.read_text(encoding="utf-8")
