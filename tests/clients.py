"""A browser without scripts, for tests that ask the server for addresses one by one."""

import re
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

from serving import PASSWORD, Served
from websocket import WebSocket, create_connection


class Unfollowed(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


class Client:
    """A browser without scripts: it keeps cookies and follows no redirects."""

    def __init__(self, served: Served, account: str | None = None) -> None:
        self.served, self.jar = served, CookieJar()
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.jar), Unfollowed())
        if account is not None:
            self.get("/login")
            status, _, _ = self.post("/login", name=account, password=PASSWORD)
            assert status == 302

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        return self._send(Request(self.served.address + path))

    def post(self, path: str, **fields: str) -> tuple[int, bytes, dict[str, str]]:
        body = urlencode({"_xsrf": self.cookies().get("_xsrf", ""), **fields}).encode()
        return self._send(Request(self.served.address + path, data=body, method="POST"))

    def _send(self, request: Request) -> tuple[int, bytes, dict[str, str]]:
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except HTTPError as error:
            with error:
                return error.code, error.read(), dict(error.headers)

    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.jar}

    def enter(self, code: str) -> tuple[int, bytes, dict[str, str]]:
        """Type in a survey code."""
        self.get("/survey/code")
        return self.post("/survey/code", code=code)

    def open_kernel(self, path: str = "/probe") -> str:
        status, body, _ = self.get(path)
        assert status == 200, body
        found = re.search(rb'data-kernel="([^"]+)"', body)
        assert found is not None
        return found.group(1).decode()

    def attach(self, kernel_id: str, session_id: str = "a", **options: Any) -> WebSocket:
        """Websocket of a page; ``options`` are those of the client."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies().items())
        address = self.served.address.replace("http", "ws")
        return create_connection(
            f"{address}/api/kernels/{kernel_id}/channels?session_id={session_id}", cookie=cookies,
            origin=self.served.address, timeout=20, **options,
        )  # fmt: skip
