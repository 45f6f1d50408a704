"""Uploads over HTTP: a real server with the one handler, and the slots that kernels open in their inboxes."""

import http.client
import json
import resource
import time
from collections.abc import Iterator

import pytest
from counties import OPERATOR, VILLAGE, make_register
from serving import serve_in_thread
from tornado import web

from pbwidgets.apps.identity import PbIdentityProvider
from pbwidgets.apps.uploading import UploadHandler
from pbwidgets.apps.visitors import Owner, VisitorKernels
from pbwidgets.forms import inbox
from pbwidgets.forms.inbox import INBOX, Slot, clear_inbox, inbox_of, open_slot
from pbwidgets.workflows.ground.workspace import Workspace, open_workspace
from pbwidgets.workflows.organise.register import save_units
from pbwidgets.workflows.people.accounts import add_account

LIMIT = 5 * 2**20
KERNEL = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("uploads")
    with open_workspace(folder) as opened:
        save_units(opened, OPERATOR, make_register())
        for name in ("cun1", "cun2"):
            add_account(opened, OPERATOR, name, "filler", VILLAGE)
        yield opened


@pytest.fixture(scope="module")
def port(workspace: Workspace) -> Iterator[int]:
    """Port of a server whose trusted proxy, this test, names the account; cun1 owns the kernel."""

    def make() -> web.Application:
        kernels = VisitorKernels()
        kernels.owners[KERNEL] = Owner("account:cun1", "", "fill")
        return web.Application(
            [(r"/upload/(?P<kernel_id>[-0-9]+)/(?P<slot_id>[0-9a-f]{32})", UploadHandler)],
            identity_provider=PbIdentityProvider(header_name="X-User", trusted_addresses=["127.0.0.1"]),
            cookie_secret="for tests only", login_url="/login", base_url="/", allow_remote_access=True,
            xsrf_cookies=True, pbwidgets_workspace=workspace, kernel_manager=kernels, log_function=lambda _: None,
        )  # fmt: skip

    with serve_in_thread(make, max_buffer_size=2 * 2**20, max_body_size=64 * 2**10) as number:
        yield number


@pytest.fixture
def slot(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Slot:
    """A slot that the kernel has opened."""
    monkeypatch.setenv(INBOX, str(inbox_of(workspace.settings.private, KERNEL)))
    found = open_slot(LIMIT)
    assert found is not None
    return found


def put(
    port: int,
    slot: Slot | str,
    content: bytes,
    *,
    account: str = "cun1",
    kernel: str = KERNEL,
    **headers: str,
) -> tuple[int, str]:
    """Status of an upload, and its token."""
    slot_id = slot.folder.name if isinstance(slot, Slot) else slot
    sent = {"X-XSRFToken": "mark", "Cookie": "_xsrf=mark", **({"X-User": account} if account else {})}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", f"/upload/{kernel}/{slot_id}", content, {**sent, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body)["token"] if answer.status == 200 else ""


def left_in(slot: Slot) -> list[str]:
    return sorted(path.name for path in slot.folder.iterdir() if path.name != "limit")


def test_a_file_arrives_whole_and_is_taken_once(port: int, slot: Slot) -> None:
    content = bytes(range(256)) * 4 * 1024 * 4  # 4 MiB, more than a message may have
    status, token = put(port, slot, content)
    assert status == 200
    assert left_in(slot) == [token]
    assert slot.take(token) == content
    assert left_in(slot) == []
    with pytest.raises(FileNotFoundError, match=token):
        slot.take(token)


def test_a_token_of_another_slot_or_path_opens_nothing(port: int, slot: Slot) -> None:
    _, token = put(port, slot, b"photo")
    other = open_slot(LIMIT)
    assert other is not None
    for forged in (token, f"../{slot.folder.name}/{token}", "limit", ""):
        with pytest.raises(FileNotFoundError, match=forged or "^$"):
            other.take(forged)
    assert left_in(slot) == [token]


@pytest.mark.parametrize(
    ("account", "kernel", "headers", "status"),
    [
        ("", KERNEL, {}, 403),
        ("nobody", KERNEL, {}, 403),
        ("cun2", KERNEL, {}, 404),
        ("cun1", "99", {}, 404),
        ("cun1", KERNEL, {"X-XSRFToken": "another"}, 403),
    ],
    ids=["signed_out", "no_account", "somebody_elses_page", "no_such_page", "forged_request"],
)
def test_only_the_owner_of_the_page_can_send_to_it(
    port: int, slot: Slot, account: str, kernel: str, headers: dict[str, str], status: int
) -> None:
    assert put(port, slot, b"photo", account=account, kernel=kernel, **headers)[0] == status
    assert left_in(slot) == []


def test_a_slot_that_no_kernel_opened_takes_nothing(port: int, slot: Slot) -> None:
    assert put(port, "0" * 32, b"photo")[0] == 404


def test_a_file_above_the_limit_is_refused_before_it_is_read(port: int, slot: Slot) -> None:
    assert put(port, slot, b"x" * LIMIT)[0] == 200
    assert put(port, slot, b"x", **{"Content-Length": str(LIMIT + 1)})[0] == 413
    assert put(port, slot, b"", **{"Content-Length": "many"})[0] in (400, 411)
    assert len(left_in(slot)) == 1


def test_a_page_that_takes_nothing_out_is_asked_to_wait(port: int, slot: Slot) -> None:
    statuses = [put(port, slot, b"photo")[0] for _ in range(9)]
    assert statuses == [200] * 8 + [429]
    slot.take(left_in(slot)[0])
    assert put(port, slot, b"photo")[0] == 200


def test_all_slots_of_a_page_together_hold_no_more_than_an_inbox(
    port: int, slot: Slot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear_inbox(workspace.settings.private, KERNEL)
    monkeypatch.setattr(inbox, "MOST_BYTES", 1000)
    first, second, third = (open_slot(LIMIT) for _ in range(3))
    assert first is not None
    assert second is not None
    assert third is not None
    assert put(port, first, b"x" * 400)[0] == 200
    arriving = second.begin(500)  # it counts although nothing of it has come
    assert [put(port, third, b"x" * size)[0] for size in (101, 100, 1)] == [429, 200, 429]
    arriving.discard()
    assert put(port, third, b"x" * 500)[0] == 200


def test_an_upload_that_is_cut_off_leaves_nothing(port: int, slot: Slot) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", f"/upload/{KERNEL}/{slot.folder.name}")
    for name, value in {
        "X-User": "cun1", "X-XSRFToken": "mark", "Cookie": "_xsrf=mark", "Content-Length": str(LIMIT)
    }.items():  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders(b"x" * 100_000)
    patience = time.monotonic() + 60  # the server notices in its own time
    while not left_in(slot) and time.monotonic() < patience:
        time.sleep(0.01)
    connection.close()
    while left_in(slot) and time.monotonic() < patience:
        time.sleep(0.01)
    assert left_in(slot) == []


def test_a_full_disk_is_said_and_leaves_nothing(port: int, slot: Slot) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))  # a write beyond fails, as on a full disk
    try:
        status, _ = put(port, slot, b"x" * (2 * 2**20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert status == 507
    assert left_in(slot) == []
    assert put(port, slot, b"photo")[0] == 200


def test_a_page_that_has_ended_takes_its_inbox_with_it(port: int, slot: Slot, workspace: Workspace) -> None:
    assert put(port, slot, b"photo")[0] == 200
    clear_inbox(workspace.settings.private, KERNEL)
    assert not slot.folder.exists()
    assert put(port, slot, b"photo")[0] == 404
