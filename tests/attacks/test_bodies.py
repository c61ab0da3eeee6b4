"""Bodies that are too large, too many, too slow, or not what they say: refused, and others are served meanwhile."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client as Browser
from django.urls import reverse

from config.servers import gunicorn as served
from config.servers import patience
from config.servers.processes import PROJECT
from tests.accounts.factories import PracticeFactory, UserFactory

OWN = "accounts:own_settings"


@pytest.fixture
def inside(client: Browser, db: None) -> Browser:
    PracticeFactory.create()
    client.force_login(UserFactory.create())
    client.raise_request_exception = False
    return client


def sends(browser: Browser, body: bytes, kind: str, **more: Any) -> int:
    return int(browser.generic("POST", reverse(OWN), body, content_type=kind, **more).status_code)


FORM = "application/x-www-form-urlencoded"


def test_a_body_that_is_too_large_is_refused(inside: Browser) -> None:
    limit = configured.DATA_UPLOAD_MAX_MEMORY_SIZE

    assert sends(inside, b"theme=" + b"a" * (limit - 100), FORM) == 422
    assert sends(inside, b"theme=" + b"a" * (limit + 1), FORM) in (400, 413)


def test_more_fields_than_any_form_has_are_refused(inside: Browser) -> None:
    limit = configured.DATA_UPLOAD_MAX_NUMBER_FIELDS

    assert sends(inside, b"&".join([b"a=1"] * (limit - 10)), FORM) == 422
    assert sends(inside, b"&".join([b"a=1"] * (limit + 10)), FORM) == 413


def test_parts_that_never_end_are_refused(inside: Browser) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="a%d"; filename="f"\r\n\r\nx\r\n'
    files = b"".join(part % number for number in range(150)) + b"--b--\r\n"
    head = b"--b\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\nx\r\n--b--\r\n"

    assert sends(inside, files, "multipart/form-data; boundary=b") in (400, 413, 422)
    assert sends(inside, head, "multipart/form-data; boundary=b") in (400, 422)
    assert sends(inside, b"x", "multipart/form-data; boundary=" + "b" * 300) in (400, 422)
    assert sends(inside, b"x", "multipart/form-data") in (400, 422)


@pytest.mark.parametrize("kind", ["application/json", "text/xml", "image/svg+xml", "x/y\xff"])
def test_a_body_of_another_kind_is_no_form(inside: Browser, kind: str) -> None:
    assert sends(inside, b'{"theme": "dark"}', kind) == 422


@pytest.mark.parametrize("body", [b"theme=%ff%fe", b"theme=%00", b"theme=%ED%A0%80", b"%=%&=&&;"])
def test_letters_that_are_none_are_no_error(inside: Browser, body: bytes) -> None:
    assert sends(inside, body, FORM) in (400, 422)


# --- a real server -------------------------------------------------------------------------------------
APP = """
def app(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(body)).encode()]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Start gunicorn as a practice has it, over an app that only reads."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "reader.py").write_text(APP)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        free: int = found.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.servers.gunicorn"]
    more = ["--bind", f"127.0.0.1:{free}", "--chdir", str(folder), "--pythonpath", str(PROJECT)]
    with subprocess.Popen(  # noqa: S603 -- our own server
        [*command, *more, "reader:app"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait_for(free)
            yield free
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            assert says(port) == 200
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("gunicorn did not start")


def says(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


def raw(port: int, sent: bytes) -> bytes:
    """Send bytes as they are; return what comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(sent)
        wire.shutdown(socket.SHUT_WR)
        said = b""
        while piece := wire.recv(4096):
            said += piece
    return said


def test_slow_bodies_leave_room_for_others(port: int) -> None:
    """As many slow senders as a worker has threads, less one in each: everybody else is answered."""
    slow = []
    try:
        for _each in range(served.threads - 1):
            wire = socket.create_connection(("127.0.0.1", port), timeout=20)
            wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na")
            slow.append(wire)
        time.sleep(0.5)
        assert [says(port) for _each in range(5)] == [200] * 5
    finally:
        for wire in slow:
            wire.close()


@pytest.mark.long  # half a minute, all of it waiting
def test_more_slow_senders_than_threads_hold_nobody_up_for_long(port: int) -> None:
    """They have their seconds, a byte now and then does not lengthen them, and their connections are closed."""
    begun = [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le",  # a head that never ends
    ]
    slow = [
        socket.create_connection(("127.0.0.1", port), timeout=20)
        for _each in range(2 * served.threads * served.workers)
    ]
    try:
        for number, wire in enumerate(slow):
            wire.sendall(begun[number % 2])
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < patience.AT_ONCE / 2:
                for wire in slow:
                    wire.sendall(b"b")
                time.sleep(1)
        until = began + 4 * patience.AT_ONCE
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if says(port) == 200:
                    break
        assert says(port) == 200
        assert time.monotonic() < until
    finally:
        for wire in slow:
            wire.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 300 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX y: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
        b"NOT HTTP\r\n\r\n",
    ],
)
def test_a_request_with_two_lengths_or_too_long_a_head_is_refused(port: int, sent: bytes) -> None:
    answer = raw(port, sent).split(b"\r\n")[0]

    assert answer == b"" or answer.split()[1][:1] in (b"4", b"5")
    assert says(port) == 200
