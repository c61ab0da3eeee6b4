"""A calendar from an address on the open internet: https alone, no way into the house, small and soon.

Whoever gives an address chooses where our server goes (SSRF). So each name is looked up once, every answer has to
be a public address, and the connection goes to that very answer, with the certificate of the name. A redirect is
an address like the first. Nothing is sent along: no cookie, no password, no proxy.
"""

import socket
import ssl
from contextlib import suppress
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

PORT: Final = 443
MOST_BYTES: Final = 5_000_000
SECONDS: Final = 20.0  # for all of it
MOST_HOPS: Final = 3
REDIRECTS: Final = (301, 302, 303, 307, 308)
TRANSLATED: Final = IPv6Network("64:ff9b::/32")  # an IPv4 address behind a translator


class NotFetched(Exception):
    """`code` says why: address, internal, not_found, refused, too_large, too_slow, unreachable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fetched(address: str) -> str:
    """Return the text at an address. Raises NotFetched, which never says the address."""
    for _hop in range(MOST_HOPS + 1):
        parts = looked_at(address)
        body, leads_to = answer_of(parts, public_address(str(parts.hostname)))
        if not leads_to:
            return body.decode("utf-8", errors="replace")
        address = urljoin(parts.geturl(), leads_to)
    raise NotFetched("refused")


def looked_at(address: str) -> SplitResult:
    """Return the parts of an address that may be asked; `webcal` is what calendars call https."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        raise NotFetched("address") from None
    if parts.scheme == "webcal":
        parts = parts._replace(scheme="https")
    is_plain = parts.scheme == "https" and parts.hostname and port in (None, 443)
    if not is_plain or parts.username is not None or not parts.geturl().isascii():
        raise NotFetched("address")
    if any(character.isspace() or ord(character) < 32 for character in parts.geturl()):
        raise NotFetched("address")
    return parts


def resolve(host: str) -> list[str]:
    """Return every address of a name."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def public_address(host: str) -> str:
    """Return the address to connect to; refuses a name that has any address inside a house."""
    try:
        found = resolve(host)
    except (OSError, UnicodeError):
        raise NotFetched("not_found") from None
    if not found or not all(is_public(each) for each in found):
        raise NotFetched("internal")
    return found[0]


def is_public(said: str) -> bool:
    """Say whether an address is one of the open internet."""
    found = ip_address(said.partition("%")[0])
    if isinstance(found, IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inside or found in TRANSLATED:
            return False
    return found.is_global and not found.is_multicast


class Pinned(HTTPSConnection):
    """A connection to one address that has been looked at, under the name it was asked by."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, PORT, timeout=SECONDS)
        self.address = address
        self.wire: socket.socket | None = None

    def cut(self) -> None:
        """End it at once, whoever waits for it."""
        with suppress(OSError):
            if self.wire is not None:
                self.wire.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        plain = socket.create_connection((self.address, PORT), timeout=SECONDS)
        self.wire = self.sock = secured().wrap_socket(plain, server_hostname=self.host)


def secured() -> ssl.SSLContext:
    return ssl.create_default_context()


def answer_of(parts: SplitResult, address: str) -> tuple[bytes, str]:
    """Return the body, or where a redirect leads; everything within `SECONDS`."""
    connection = Pinned(str(parts.hostname), address)
    timer = Timer(SECONDS, connection.cut)
    timer.start()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        headers = {"Accept": "text/calendar", "User-Agent": "calendar", "Connection": "close"}
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as response:
            body = taken_from(response)
        if not timer.is_alive():
            raise NotFetched("too_slow")
        return body
    except TimeoutError:
        raise NotFetched("too_slow") from None
    except (OSError, HTTPException, ValueError):
        raise NotFetched("unreachable" if timer.is_alive() else "too_slow") from None
    finally:
        timer.cancel()
        connection.close()


def taken_from(response: HTTPResponse) -> tuple[bytes, str]:
    if response.status in REDIRECTS:
        return b"", response.headers.get("Location") or "/"
    if response.status != 200:
        raise NotFetched("refused")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotFetched("too_large")
    return body, ""
