"""`pbwidgets doctor`: whether the certificate of the pages' address is one that browsers trust."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest

from pbwidgets.cli.doctor import check_certificate

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, valid for 30 days, that nobody else has signed; its key is beside it."""
    path = tmp_path_factory.mktemp("https") / "own.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=pb"
    names = [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-out",
        str(path),
        "-keyout",
        str(path.with_suffix(".key")),
    ]
    subprocess.run(["openssl", *made.split(), *names], check=True, capture_output=True)
    return path


@pytest.fixture
def address(certificate: Path) -> Iterator[str]:
    """Address of a server with that certificate, which greets one visitor."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            plain, _ = listening.accept()
            try:
                context.wrap_socket(plain, server_side=True).close()
            except OSError:
                plain.close()

        thread = threading.Thread(target=greet)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)


def test_a_trusted_certificate_is_said_with_its_last_day_and_hsts(
    address: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    said = check_certificate(address)
    last = (datetime.now(UTC) + timedelta(days=30)).date()
    assert str(last) in said or str(last - timedelta(days=1)) in said
    assert "--hsts" in said


def test_a_certificate_that_browsers_do_not_trust_is_said(address: str) -> None:
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        check_certificate(address)
