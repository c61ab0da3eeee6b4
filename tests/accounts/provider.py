"""A small OpenID Connect provider, for real over http: says of whoever comes what a test wants it to say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import jwt

CLIENT = "practice-client"
SECRET = "a secret of the provider, long enough for HMAC"


@dataclass
class Provider:
    """Where it listens, what it says of the person, what it was asked."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, path: str) -> dict[str, Any]:
        said = {"sub": "person-7", **self.claims}
        if path.endswith("openid-configuration"):
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            return {f"{name}_endpoint": f"{self.url}/{at}" for name, at in names.items()} | {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/keys",
            }
        if path.endswith("token"):
            token = jwt.encode({**said, "iss": self.url, "aud": CLIENT}, SECRET, "HS256")
            return {"access_token": "t", "token_type": "Bearer", "id_token": token}
        return said


@contextmanager
def provider() -> Iterator[Provider]:
    known = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answers()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            known.asked.append(parse_qs(self.rfile.read(length).decode()))
            self.answers()

        def answers(self) -> None:
            body = json.dumps(known.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    known.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
