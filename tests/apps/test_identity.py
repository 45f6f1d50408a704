"""Sign-in over HTTP: a real server, and a client that keeps cookies and follows no redirects."""

import http.client
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from counties import OPERATOR, VILLAGE, make_register
from jupyter_server.base.handlers import JupyterHandler
from serving import serve_in_thread
from tornado import web
from traitlets import TraitError

from pbwidgets.apps.cookies import attributes
from pbwidgets.apps.doors import Doors
from pbwidgets.apps.identity import PbIdentityProvider, must_change
from pbwidgets.apps.sign_in import SIGN_IN_PAGES, local_path
from pbwidgets.apps.survey_code import CODE_PAGE, CodeHandler
from pbwidgets.store import Store, touch_session
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.accounts import add_account, disable_account, reset_password
from pbwidgets.workflows.people.sessions import change_password, session_key
from pbwidgets.workflows.survey import answering

RIGHT = "tea mountain"
FIRST = "first pass"
SECRET = "a secret of forty letters, only for tests"


class Client:
    """A minimal browser: it keeps cookies, and sends forms with their XSRF token."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.port, self.host, self.cookies, self.said = port, host, dict[str, str](), dict[str, str]()
        self.body, self.set_cookies = "", list[str]()

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> int:
        """Status of an answer; its headers, cookies and text are stored."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        self.body, self.said = answer.read().decode(), dict(answer.getheaders())
        self.set_cookies = answer.headers.get_all("Set-Cookie") or []
        for text in self.set_cookies:
            for name, morsel in SimpleCookie(text).items():
                self.cookies[name] = morsel.value
        connection.close()
        return answer.status

    def get(self, path: str, **headers: str) -> int:
        return self.ask("GET", path, **headers)

    def send(self, path: str, **fields: str) -> int:
        """Open a form, then send it."""
        self.get(path)
        mark = re.search(r'name="_xsrf" value="([^"]+)"', self.body)
        assert mark, self.body
        return self.ask("POST", path, urlencode({"_xsrf": mark[1], **fields}))

    def sign_in(self, name: str, password: str, path: str = "/login") -> int:
        return self.send(path, name=name, password=password)

    @property
    def place(self) -> str:
        """Target of the answer's redirect."""
        return self.said.get("Location", "")

    @property
    def session(self) -> str:
        """Name of the session's cookie."""
        return next(name for name in self.cookies if name.startswith("pb-session"))


class HelloHandler(JupyterHandler):
    """A page that requires signing in."""

    @web.authenticated
    def get(self) -> None:
        self.finish(f"{self.current_user.username} {self.settings['identity_provider'].session_of(self)}")

    @web.authenticated
    def post(self) -> None:
        self.finish("written")


class OpenHandler(JupyterHandler):
    """A page for everybody that reports what the server would require."""

    async def prepare(self) -> None:
        await super().prepare(_redirect_to_login=True)

    def get(self) -> None:
        self.finish(str(must_change(self)))


@pytest.fixture(scope="module")
def people_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people") / "ws"
    folder.mkdir()
    with open_workspace(folder) as workspace:
        save_units(workspace, OPERATOR, make_register())
        for name, password in (("cun1", "old password"), ("cun2", FIRST), ("张村", "old password")):
            add_account(workspace, OPERATOR, name, "filler", VILLAGE, password)
        for name in ("cun1", "张村"):
            change_password(workspace, name, "old password", RIGHT)
    return folder


@pytest.fixture
def workspace(people_folder: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A county with `cun1` and `张村` (password `RIGHT`), and `cun2`, which still has a first password."""
    with open_workspace(Path(shutil.copytree(people_folder, tmp_path / "ws"))) as opened:
        yield opened


@pytest.fixture
def doors() -> Doors:
    return Doors()


@pytest.fixture
def serve(workspace: Workspace, doors: Doors) -> Iterator[Callable[..., Client]]:
    """Client of a server whose identity provider has these traits."""
    with ExitStack() as running:

        def begin(**traits: object) -> Client:
            def make() -> web.Application:
                provider = PbIdentityProvider(**traits)
                return web.Application(
                    [*SIGN_IN_PAGES, (CODE_PAGE, CodeHandler), (r"/home|/fill", HelloHandler), (r"/open", OpenHandler)],
                    cookie_secret=SECRET, identity_provider=provider, login_url="/login", base_url="/",
                    allow_remote_access=True, xsrf_cookies=True, pbwidgets_workspace=workspace,
                    xsrf_cookie_kwargs=attributes(https=False), pbwidgets_doors=doors,
                    log_function=lambda handler: None,
                )  # fmt: skip

            # with xheaders, too, the peer's own address decides
            return Client(running.enter_context(serve_in_thread(make, xheaders=True)))

        yield begin


@pytest.fixture
def client(serve: Callable[..., Client]) -> Client:
    return serve()


# -- sign in and out -----------------------------------------------------------------------------------


def test_a_page_asks_to_sign_in_and_opens_afterwards(client: Client) -> None:
    assert client.get("/fill?form=a&unit=1") == 302
    assert parse_qs(urlsplit(client.place).query) == {"next": ["/fill?form=a&unit=1"]}
    assert client.sign_in("cun1", RIGHT, client.place) == 302
    assert client.place == "/fill?form=a&unit=1"
    assert client.get(client.place) == 200
    assert client.body.startswith("cun1 ")


def test_the_cookie_lasts_for_the_browser_session_and_scripts_cannot_read_it(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    (cookie,) = [text for text in client.set_cookies if text.startswith("pb-session")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "expires" not in cookie.lower()
    assert RIGHT not in str(client.set_cookies)


def test_a_wrong_password_is_reported_beside_the_field_and_the_name_stays(client: Client) -> None:
    assert client.sign_in("cun1", "wrong") == 403
    assert 'id="password-said"' in client.body
    assert "账号或密码不正确" in client.body
    assert 'value="cun1"' in client.body
    assert "wrong" not in re.sub(r'class="[^"]*"|<style.*?</style>', "", client.body, flags=re.DOTALL)
    assert client.get("/home") == 302


def test_an_empty_form_reports_both_fields(client: Client) -> None:
    assert client.sign_in("", "") == 400
    assert 'id="name-said"' in client.body
    assert 'id="password-said"' in client.body


def test_after_five_wrong_passwords_even_the_right_one_is_refused(client: Client) -> None:
    for _ in range(5):
        client.sign_in("cun1", "wrong")
    assert client.sign_in("cun1", RIGHT) == 403
    assert "15 分钟" in client.body


def test_a_browser_that_has_signed_in_before_is_not_kept_out_by_others(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    client.send("/logout")
    stranger = Client(client.port)
    for _ in range(6):
        stranger.sign_in("cun1", "wrong")
    assert stranger.sign_in("cun1", RIGHT) == 403
    assert Client(client.port).sign_in("cun1", RIGHT) == 403
    assert client.sign_in("cun1", RIGHT) == 302
    kept = client.cookies["pb-name"]
    client.send("/logout")
    assert client.sign_in("cun1", RIGHT) == 302
    assert client.cookies["pb-name"].split("|")[4:5] == kept.split("|")[4:5]  # still the same browser


def test_a_crowd_from_one_address_does_not_keep_a_known_browser_out(client: Client, doors: Doors) -> None:
    assert client.sign_in("cun1", RIGHT) == 302
    client.send("/logout")
    crowd = doors.hashing_limits("", "127.0.0.1")
    while doors.hashing.enter(crowd):
        pass
    assert client.sign_in("张村", RIGHT) == 503
    assert "请稍后再试" in client.body
    assert client.sign_in("cun1", RIGHT) == 302
    assert doors.hashing.enter(doors.hashing_limits("", "10.0.0.1"))
    doors.hashing.leave(crowd)
    assert doors.hashing.enter(crowd)


def test_while_all_wait_for_wrong_codes_an_address_has_a_few_tries(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "WRONG_A_MINUTE", 0)
    assert [client.send(CODE_PAGE, code="ABCD2345") for _ in range(5)] == [403, 403, 403, 429, 429]


@pytest.mark.parametrize(
    "path", ["/login?lang=%ff", "/login?next=%ff&out=%ff", "/logout?%ff=%ff", "/survey/code?code=%ff"]
)
def test_an_address_that_is_no_text_shows_the_page(path: str, client: Client) -> None:
    assert client.get(path) in (200, 302)


def test_a_name_cookie_helps_only_under_its_own_name(client: Client) -> None:
    client.sign_in("张村", RIGHT)
    client.send("/logout")
    for _ in range(6):
        client.sign_in("cun1", "wrong")
    assert Client(client.port).sign_in("cun1", RIGHT) == 403
    assert client.sign_in("张村", RIGHT) == 302


def test_the_log_says_from_where_somebody_signed_in_or_failed_and_never_what_was_typed(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "pbwidgets.apps"):
        client.sign_in("typed-secret", "typed-secret")
        client.sign_in("cun1", RIGHT)
    assert "sign-in from 127.0.0.1 refused: accounts.wrong_password" in caplog.messages
    assert "cun1 signed in from 127.0.0.1" in caplog.messages
    assert "secret" not in caplog.text


def test_markup_in_the_name_is_shown_as_text(client: Client) -> None:
    client.sign_in('"><script>alert(1)</script>', "x")
    assert "<script" not in client.body


def test_only_the_name_is_remembered(client: Client) -> None:
    client.sign_in("张村", RIGHT)
    client.send("/logout")
    client.get("/login")
    assert 'value="张村"' in client.body
    assert client.get("/home") == 302


def test_signing_out_also_invalidates_copies_of_the_cookie(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    kept = dict(client.cookies)
    assert client.get("/logout") == 200  # a link alone does not end the session
    assert client.get("/home") == 200
    assert client.send("/logout") == 302
    assert client.place == "/login?out=1"
    client.get(client.place)
    assert "已安全退出" in client.body
    client.cookies = kept
    assert client.get("/home") == 302


def test_signing_in_again_ends_the_browsers_former_session(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    kept = dict(client.cookies)
    mark = client.cookies["_xsrf"]
    form = urlencode({"_xsrf": mark, "name": "张村", "password": RIGHT})
    assert client.ask("POST", "/login", form) == 302
    assert client.get("/home") == 200
    assert client.body.startswith("张村 ")
    client.cookies = kept
    assert client.get("/home") == 302


def test_visitors_already_signed_in_go_straight_on(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    assert client.get("/login?next=%2Ffill") == 302
    assert client.place == "/fill"


# -- sessions ------------------------------------------------------------------------------------------


def test_the_key_of_a_session_is_the_one_in_the_store(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    client.get("/home")
    assert re.fullmatch(r"cun1 [0-9a-f]{64}", client.body)


def test_a_session_idle_for_too_long_ends(client: Client, workspace: Workspace) -> None:
    client.sign_in("cun1", RIGHT)
    client.get("/home")
    key = client.body.split()[1]
    with workspace.store.write(OPERATOR, datetime.now(UTC) - timedelta(hours=3)) as writer:
        touch_session(writer, key)
    assert client.get("/home") == 302


@pytest.mark.parametrize("end", [disable_account, reset_password])
def test_a_session_ends_with_its_account_or_password(
    client: Client, workspace: Workspace, end: Callable[..., object]
) -> None:
    client.sign_in("cun1", RIGHT)
    assert client.get("/home") == 200
    end(workspace, OPERATOR, "cun1")
    assert client.get("/home") == 302


@pytest.mark.parametrize("value", ["", "cun1", "2|1:0|10:1|4:name|8:Y3VuMQ==|" + "0" * 64, "é"])
def test_a_forged_cookie_signs_nobody_in(client: Client, value: str) -> None:
    client.sign_in("cun1", RIGHT)
    client.cookies[client.session] = value.encode().decode("latin-1")
    assert client.get("/home") == 302


def test_a_correctly_signed_cookie_without_a_session_signs_nobody_in(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    for token in ("made up", session_key("made up"), "cun1"):
        made = web.create_signed_value(SECRET, client.session, token)
        client.cookies[client.session] = made.decode()
        assert client.get("/home") == 302


@pytest.mark.parametrize("path", ["/home?token=cun1", "/home?user=cun1", "/home?account=cun1"])
def test_an_address_cannot_sign_anybody_in(client: Client, path: str) -> None:
    assert client.get(path) == 302
    assert client.get(path, Authorization="token cun1") == 302


def test_the_store_is_read_once_per_request(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.sign_in("cun1", RIGHT)
    reads: list[int] = []
    read = Store.read

    def count(self: Store) -> object:
        reads.append(1)
        return read(self)

    monkeypatch.setattr(Store, "read", count)
    assert client.get("/home") == 200
    assert len(reads) == 1


# -- forged requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/sessions", "/home"])
def test_a_form_without_its_xsrf_token_is_refused(client: Client, path: str) -> None:
    client.sign_in("cun1", RIGHT)
    fields = urlencode(
        {"name": "cun1", "password": RIGHT, "old": RIGHT, "new": "new pass", "again": "new pass"}
    )
    assert client.ask("POST", path, fields) == 403
    assert client.ask("POST", path, f"{fields}&_xsrf=guessed") == 403
    assert client.get("/home") == 200
    client.cookies.clear()
    assert client.sign_in("cun1", RIGHT) == 302


def test_a_form_open_for_too_long_can_be_sent_again(client: Client) -> None:
    client.get("/login")
    client.cookies.clear()
    assert client.ask("POST", "/login", urlencode({"_xsrf": "old", "name": "cun1", "password": RIGHT})) == 403
    assert "请重新填写" in client.body
    assert client.sign_in("cun1", RIGHT) == 302


ELSEWHERE = [
    "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
    "/\t/elsewhere.example", " //elsewhere.example", "javascript:alert(1)", "elsewhere.example",
    "/.//elsewhere.example", "http:elsewhere.example", "///elsewhere.example", "/home\r\nX-Bad: 1",
]  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
def test_signing_in_never_redirects_to_another_site(client: Client, path: str) -> None:
    assert client.sign_in("cun1", RIGHT, "/login?" + urlencode({"next": path})) == 302
    assert client.place == "/home"
    assert "X-Bad" not in client.said


@pytest.mark.parametrize("path", ["", "/", "/login", "/login?next=/login", "/logout", "/password?x=1"])
def test_signing_in_does_not_redirect_to_itself(path: str) -> None:
    assert local_path(path) == "/home"


def test_the_pages_carry_their_security_headers(client: Client) -> None:
    client.get("/login")
    policy = client.said["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert client.said["Cache-Control"] == "no-store"
    assert "http" not in re.sub(r"<style.*?</style>", "", client.body, flags=re.DOTALL)
    assert "<script" not in client.body


# -- changing the password -----------------------------------------------------------------------------


def test_a_first_password_only_allows_changing_it(client: Client) -> None:
    assert client.sign_in("cun2", FIRST, "/login?next=%2Ffill%3Fform%3Da") == 302
    assert client.place == "/password?next=%2Ffill%3Fform%3Da"
    change = client.place
    assert client.get("/home") == 302
    assert client.get(client.place) == 302
    assert client.place == "/password?next=%2Fhome"
    assert client.ask("POST", "/home", urlencode({"_xsrf": client.cookies["_xsrf"]})) == 403
    assert client.send(change, old=FIRST, new="tea mountain 2", again="tea mountain 2") == 302
    assert client.place == "/fill?form=a"
    assert client.get(client.place) == 200


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"old": "wrong", "new": "tea mountain 2", "again": "tea mountain 2"}, "old"),
        ({"old": RIGHT, "new": "short", "again": "short"}, "new"),
        ({"old": RIGHT, "new": RIGHT, "again": RIGHT}, "new"),
        ({"old": RIGHT, "new": "tea mountain 2", "again": "tea mountain 3"}, "again"),
    ],
)
def test_problems_of_a_new_password_are_reported_beside_its_field(
    client: Client, fields: dict[str, str], beside: str
) -> None:
    client.sign_in("cun1", RIGHT)
    assert client.send("/password", **fields) == 400
    assert re.findall(r'id="(\w+)-said"', client.body) == [beside]
    assert not any(value in client.body for value in fields.values() if value != "wrong")


def test_a_changed_password_ends_other_sessions_but_not_this_one(client: Client) -> None:
    other = Client(client.port)
    for browser in (client, other):
        browser.sign_in("cun1", RIGHT)
    assert client.send("/password", old=RIGHT, new="tea mountain 2", again="tea mountain 2") == 302
    client.get(client.place)
    assert "密码已更改" in client.body
    assert client.get("/home") == 200
    assert other.get("/home") == 302


def test_the_password_page_requires_signing_in(client: Client) -> None:
    assert client.get("/password") == 302
    assert client.place == "/login?next=%2Fpassword"


@pytest.mark.parametrize(
    ("new", "said"),
    [("12345678", "太常见"), ("dangjian2026", "太常见"), ("        ", "至少 8 位"), (VILLAGE, "单位编码")],
)
def test_a_password_that_is_guessed_first_is_refused(client: Client, new: str, said: str) -> None:
    client.sign_in("cun1", RIGHT)
    assert client.send("/password", old=RIGHT, new=new, again=new) == 400
    assert said in client.body
    assert "至少 8 位，空格不算" in client.body


def test_wrong_old_passwords_are_counted_and_reported_beside_their_field(client: Client) -> None:
    client.sign_in("cun1", RIGHT)
    for _ in range(5):
        client.send("/password", old="wrong", new="tea mountain 2", again="tea mountain 2")
    assert re.findall(r'id="(\w+)-said"', client.body) == ["old"]
    assert "15 分钟" in client.body


# -- one's own sessions --------------------------------------------------------------------------------

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36 Edg/120.0"


def test_people_see_where_they_are_signed_in_and_end_it(client: Client) -> None:
    other, third = Client(client.port), Client(client.port)
    for browser in (client, third):
        browser.sign_in("cun1", RIGHT)
    other.get("/login")
    form = urlencode({"_xsrf": other.cookies["_xsrf"], "name": "cun1", "password": RIGHT})
    assert other.ask("POST", "/login", form, **{"User-Agent": EDGE}) == 302
    assert client.get("/sessions") == 200
    assert client.body.count("<li>") == 3
    assert client.body.count("（本机）") == 1
    assert "Edge 浏览器（Windows）" in client.body
    assert "127.0.0.1" in client.body
    ids = re.findall(r'name="session" value="(\w+)"', client.body)
    assert len(ids) == 2
    assert client.send("/sessions", session=ids[0]) == 302
    client.get(client.place)
    assert "已结束" in client.body
    assert sorted(browser.get("/home") for browser in (other, third)) == [200, 302]
    assert client.send("/sessions") == 302
    assert [browser.get("/home") for browser in (client, other, third)] == [200, 302, 302]


def test_the_list_of_sessions_requires_signing_in_and_a_token(client: Client) -> None:
    assert client.get("/sessions") == 302
    assert client.place == "/login?next=%2Fsessions"
    client.sign_in("cun1", RIGHT)
    assert client.ask("POST", "/sessions", urlencode({"session": "x"})) == 403


# -- languages -----------------------------------------------------------------------------------------


def test_the_choice_of_english_is_remembered(client: Client) -> None:
    client.get("/login")
    assert '<html lang="zh-CN">' in client.body
    client.get("/login?lang=en&next=%2Ffill%3Fform%3Da")
    assert "Sign in" in client.body
    assert client.sign_in("cun1", RIGHT, "/login?next=%2Ffill%3Fform%3Da") == 302
    assert client.place == "/fill?form=a&lang=en"


# -- behind a proxy ------------------------------------------------------------------------------------

HEADER = "X-Remote-User"


def test_no_header_is_trusted_by_default(client: Client) -> None:
    assert client.get("/home", **{HEADER: "cun1"}) == 302


@pytest.mark.parametrize("trusted", [[], ["10.0.0.0/8"], ["::1"]])
def test_a_header_from_another_address_is_ignored(serve: Callable[..., Client], trusted: list[str]) -> None:
    client = serve(header_name=HEADER, trusted_addresses=trusted)
    assert client.get("/home", **{HEADER: "cun1"}) == 302
    assert (
        client.get("/home", **{HEADER: "cun1", "X-Forwarded-For": "10.0.0.8", "X-Real-Ip": "10.0.0.8"}) == 302
    )


@pytest.mark.parametrize("given", ["cun1", "CUN1", "张村"])
def test_a_trusted_proxy_names_the_account(serve: Callable[..., Client], given: str) -> None:
    client = serve(header_name=HEADER, trusted_addresses=["127.0.0.0/8"])
    assert client.get("/home", **{HEADER: given.encode().decode("latin-1")}) == 200
    assert client.body.strip() == given.lower()
    assert (
        client.get("/home", **{HEADER: given.encode().decode("latin-1"), "X-Forwarded-For": "8.8.8.8"}) == 200
    )
    assert client.get("/home") == 302
    assert client.sign_in("cun1", RIGHT) == 302


def test_a_trusted_proxy_cannot_sign_in_unknown_or_disabled_accounts(
    serve: Callable[..., Client], workspace: Workspace
) -> None:
    client = serve(header_name=HEADER, trusted_addresses=["127.0.0.1"])
    disable_account(workspace, OPERATOR, "cun1")
    for name in ("cun1", "nobody", "", "cli:root"):
        assert client.get("/home", **{HEADER: name}) == 302


def test_behind_a_proxy_a_form_without_its_xsrf_token_is_also_refused(serve: Callable[..., Client]) -> None:
    client = serve(header_name=HEADER, trusted_addresses=["127.0.0.1"])
    assert client.ask("POST", "/home", "a=b", **{HEADER: "cun1"}) == 403


def test_behind_a_proxy_first_passwords_do_not_matter_and_the_proxy_signs_out(
    serve: Callable[..., Client],
) -> None:
    client = serve(header_name=HEADER, trusted_addresses=["127.0.0.1"])
    assert client.get("/home", **{HEADER: "cun2"}) == 200
    client.get("/logout", **{HEADER: "cun2"})
    assert "统一认证" in client.body
    client.get("/open", **{HEADER: "cun2"})
    assert client.body == "False"
    client.get("/sessions", **{HEADER: "cun2"})
    assert "统一认证" in client.body


def test_every_cookie_has_its_attributes_and_over_https_its_prefix(serve: Callable[..., Client]) -> None:
    for protocol, prefix in (("http", ""), ("https", "__Host-")):
        client = serve()
        forwarded = {"X-Forwarded-Proto": protocol}
        client.ask("GET", "/login?lang=en", **forwarded)
        found = list(client.set_cookies)
        form = urlencode({"_xsrf": client.cookies["_xsrf"], "name": "cun1", "password": RIGHT})
        assert client.ask("POST", "/login", form, **forwarded) == 302
        found += client.set_cookies
        assert client.ask("GET", "/home", **forwarded) == 200
        assert (
            client.ask("POST", "/logout", urlencode({"_xsrf": client.cookies["_xsrf"]}), **forwarded) == 302
        )
        found += client.set_cookies
        own = [text for text in found if not text.startswith("_xsrf")]
        assert {text.partition("=")[0].removeprefix(prefix)[:10] for text in own} == {
            "pb-lang",
            "pb-name",
            "pb-session",
        }
        assert all(text.startswith(f"{prefix}pb-") for text in own)
        assert all("HttpOnly" in text for text in own)
        assert all("SameSite=Lax" in text and "Path=/" in text for text in found)
        assert all(("Secure" in text) == (protocol == "https") for text in own)
        assert client.ask("GET", "/home", **forwarded) == 302


@pytest.mark.parametrize("address", ["everywhere", "10.0.0.0/99", ""])
def test_an_invalid_proxy_address_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(TraitError, match="not an address"):
        PbIdentityProvider(trusted_addresses=[address])
