"""Somebody who signs in and reads pages over one kept connection, and how long each answer takes."""

import re
import socket
import statistics
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class WrongAnswer(RuntimeError):
    """A page that was to be measured did not answer 200."""


def sign_in(port: int, email: str, password: str) -> str:
    """Sign in by the door as a browser does; return the cookie header of the session."""
    connection = HTTPConnection("localhost", port, timeout=60)
    connection.request("GET", "/account/login/")
    answer = connection.getresponse()
    found = TOKEN.search(answer.read().decode())
    before = cookies(answer.headers.get_all("Set-Cookie"))
    form = {"login": email, "password": password, "csrfmiddlewaretoken": found[1] if found else ""}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": before,
        "Referer": f"http://localhost:{port}/account/login/",
        "Origin": f"http://localhost:{port}",
    }
    connection.request("POST", "/account/login/", urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise WrongAnswer(f"signing in answered {answer.status}")
    return cookies(answer.headers.get_all("Set-Cookie"))


def cookies(set_by: list[str] | None) -> str:
    return "; ".join(one.split(";")[0] for one in set_by or [])


@dataclass
class Page:
    """One address, read by one person; the times of its rounds in milliseconds."""

    name: str
    port: int
    path: str
    cookie: str = ""
    rounds: list[float] = field(default_factory=list)

    @property
    def request(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: localhost:{self.port}", "Accept-Language: en"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    @property
    def p50(self) -> float:
        """Return the median of the rounds' medians."""
        return statistics.median(self.rounds)

    @property
    def spread(self) -> str:
        return f"{min(self.rounds):.1f} to {max(self.rounds):.1f}"

    def read_for_a_round(self, visits: int) -> None:
        with Visitor(self) as visitor:
            visitor.visit()  # the server's first answer over a new connection does not count
            self.rounds.append(statistics.median(visitor.visit() for _ in range(visits)))


class Visitor:
    """One kept connection to one page; as little work here as can be, because the cores are shared."""

    def __init__(self, page: Page) -> None:
        self.page, self.request = page, page.request

    def __enter__(self) -> "Visitor":
        self.socket = socket.create_connection(("127.0.0.1", self.page.port), timeout=120)
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def visit(self) -> float:
        """Read the page once; return the milliseconds from the request to the last byte."""
        began = time.perf_counter()
        self.socket.sendall(self.request)
        answer = b""
        while HEAD_END not in answer:
            answer += self.more()
        head, _, body = answer.partition(HEAD_END)
        if not head.startswith(b"HTTP/1.1 200"):
            raise WrongAnswer(f"{self.page.name} answered {head[:60]!r}")
        length = LENGTH.search(head)
        if length is None:
            raise WrongAnswer(f"{self.page.name} did not say how long it is")
        missing = int(length[1]) - len(body)
        while missing > 0:
            missing -= len(self.more())
        return (time.perf_counter() - began) * 1000

    def more(self) -> bytes:
        received = self.socket.recv(1 << 16)
        if not received:
            raise WrongAnswer(f"{self.page.name}: the connection was closed")
        return received


def requests_per_second(page: Page, *, readers: int, seconds: float) -> float:
    """Let `readers` read the page as fast as they are answered; return how many answers came a second."""
    until = time.perf_counter() + seconds
    counts: list[int] = []

    def read() -> None:
        with Visitor(page) as visitor:
            count = 0
            while time.perf_counter() < until:
                visitor.visit()
                count += 1
            counts.append(count)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < readers:
        raise WrongAnswer(f"{page.name}: a reader gave up")
    return sum(counts) / seconds
