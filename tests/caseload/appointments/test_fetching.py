"""A calendar is fetched from the open internet alone: no way into the house, small and soon."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from caseload.readers import fetching
from caseload.readers.fetching import NotFetched, fetched, is_public
from tests.caseload.appointments.calendars import GOOGLE

HOST = "calendar.example"


def refused(address: str) -> str:
    with pytest.raises(NotFetched) as no:
        fetched(address)
    assert HOST not in str(no.value)
    return no.value.code


@pytest.mark.parametrize(
    "address",
    [
        "http://calendar.example/a.ics",
        "ftp://calendar.example/a.ics",
        "file:///etc/passwd",
        "https://user:word@calendar.example/",
        "https://calendar.example:8443/",
        "https://calendar.example:99999/",
        "https:///a.ics",
        "https://calendar.example/a b.ics",
        "https://calendar.example/ą.ics",
        "",
    ],
)
def test_only_plain_addresses_of_https_are_asked(address: str) -> None:
    assert refused(address) == "address"


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "172.16.3.4",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 -- refused
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.8",
        "64:ff9b::a00:8",
        "2002:a00:8::1",
    ],
)
def test_no_address_leads_into_the_house(monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    """Also where only one of the answers lies inside."""
    assert not is_public(inside)
    assert is_public("93.184.216.34")
    monkeypatch.setattr(fetching, "resolve", lambda host: ["93.184.216.34", inside])
    assert refused(f"https://{HOST}/") == "internal"


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str) -> list[str]:
        raise socket.gaierror

    monkeypatch.setattr(fetching, "resolve", unknown)
    assert refused(f"webcal://{HOST}/") == "not_found"
    monkeypatch.undo()
    assert refused("https://127.0.0.1/") == "internal"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in ("/slow", "/drip"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X: " if self.path == "/slow" else b"\r\n"))
            while not self.server.is_over.wait(0.1):  # type: ignore[attr-defined]
                self.wfile.write(b"x")
            return
        if self.path in ("/away", "/inside", "/round"):
            to = {"/away": "/a.ics", "/inside": "https://inside.example/", "/round": "/round"}
            self.send_response(302)
            self.send_header("Location", to[self.path])
            self.end_headers()
            return
        self.send_response(200 if self.path in ("/a.ics", "/large") else 404)
        self.end_headers()
        self.wfile.write(GOOGLE.encode() if self.path == "/a.ics" else b"x" * 6_000_000)

    def log_message(self, *said: Any) -> None:
        pass


def certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "made.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A calendar's server on this machine, which stands for one on the open internet."""
    pem = certificate(tmp_path)
    there = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    there.is_over = threading.Event()  # type: ignore[attr-defined]
    there.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    there.socket = context.wrap_socket(there.socket, server_side=True)
    thread = threading.Thread(target=there.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(fetching, "PORT", there.server_port)
    monkeypatch.setattr(
        fetching, "resolve", lambda host: ["10.0.0.8" if "inside" in host else "127.0.0.1"]
    )
    monkeypatch.setattr(fetching, "is_public", lambda said: said == "127.0.0.1")
    monkeypatch.setattr(fetching, "secured", lambda: ssl.create_default_context(cafile=str(pem)))
    yield
    there.is_over.set()  # type: ignore[attr-defined]
    there.shutdown()
    there.server_close()


def test_it_is_read_also_behind_a_redirect(server: None) -> None:
    assert fetched(f"https://{HOST}/a.ics") == GOOGLE
    assert fetched(f"webcal://{HOST}/away") == GOOGLE


def test_what_is_wrong_is_said_by_a_code(server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, code in (
        ("inside", "internal"),
        ("round", "refused"),
        ("nothing", "refused"),
        ("large", "too_large"),
    ):
        assert refused(f"https://{HOST}/{path}") == code
    assert refused("https://another.example/a.ics") == "unreachable"  # not its certificate
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    for path in ("slow", "drip"):
        assert refused(f"https://{HOST}/{path}") == "too_slow"
