"""A web process of its own with a pool of one connection: `python tests/sight/pooled.py`, the script on standard input.

It answers requests through the whole WSGI handler and middleware, as gunicorn's workers do. The first line is JSON:
the session of each person, the order of requests, how many threads. Answers go to standard output as JSON, each with
what the next borrower of the connection would find.
"""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from django.conf import settings

POOL = {"min_size": 1, "max_size": 1, "timeout": 30}
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = POOL
settings.ROOT_URLCONF = __name__
django.setup()

from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from caseload.models import Client  # noqa: E402
from config.urls import urlpatterns as ours  # noqa: E402
from core.actor import acting  # noqa: E402

LEFT = "select coalesce(current_setting('app.actor', true), ''), current_user::text"


def names() -> Iterator[str]:
    """Every client's name, without any road of ours: policies alone stand in the way."""
    yield from Client.objects.order_by("name").values_list("name", flat=True)


def rows(request: HttpRequest) -> HttpResponse:
    return HttpResponse("\n".join(names()))


def breaks(request: HttpRequest) -> HttpResponse:
    list(names())
    raise RuntimeError("in the middle")


def breaks_in_sql(request: HttpRequest) -> HttpResponse:
    list(names())
    with connection.cursor() as cursor:
        cursor.execute("select 1 / 0")
    return HttpResponse()


def dies(request: HttpRequest) -> HttpResponse:
    """The server closes the connection under our feet."""
    list(names())
    line = socket.socket(fileno=os.dup(connection.connection.fileno()))
    line.shutdown(socket.SHUT_RDWR)
    return HttpResponse("\n".join(names()))


def streams(request: HttpRequest) -> StreamingHttpResponse:
    """As it has to be done: in the name of who asked, in a transaction of its own."""
    who = request.user

    def lines() -> Iterator[str]:
        with acting(who), transaction.atomic():
            for name in names():
                yield f"{name}\n"

    return StreamingHttpResponse(lines())


def streams_for_nobody(request: HttpRequest) -> StreamingHttpResponse:
    """As it goes wrong: the rows are read when the view's transaction is over and nobody acts."""
    return StreamingHttpResponse(f"{name}\n" for name in names())


VIEWS: dict[str, Callable[..., Any]] = {
    view.__name__: login_not_required(view)  # so that nobody comes as far as the database, too
    for view in (rows, breaks, breaks_in_sql, dies, streams, streams_for_nobody)
}
urlpatterns = [*ours, *(path(f"try/{name}/", view) for name, view in VIEWS.items())]


def ask(application: Any, where: str, session: str) -> dict[str, Any]:
    """Send one request and close its answer, as a server does; say what came."""
    said: dict[str, Any] = {"status": 0, "body": ""}
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": where,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}" if session else "",
    }

    def start(status: str, _headers: Any, _exc: Any = None) -> None:
        said["status"] = int(status.split()[0])

    answer = application(environ, start)
    try:
        said["body"] = b"".join(answer).decode()
    except Exception as fault:  # noqa: BLE001 -- what a server would log: the answer breaks off
        said["broke"] = f"{type(fault).__name__}: {fault}"
    finally:
        answer.close()
    return said


def left_behind() -> list[str]:
    """Return who acts, and in which role, on the connection that the next request will borrow."""
    with connection.pool.connection() as borrowed:
        return list(borrowed.execute(LEFT).fetchone())


def main() -> None:
    application = get_wsgi_application()
    asked = json.loads(sys.stdin.readline())

    def do(one: list[str]) -> dict[str, Any]:
        who, where = one
        got = ask(application, where, asked["sessions"].get(who, ""))
        left = left_behind() if asked["threads"] == 1 else None
        return {"who": who, "where": where, "left": left, **got}

    with ThreadPoolExecutor(asked["threads"]) as threads:
        print(json.dumps(list(threads.map(do, asked["requests"]))))  # noqa: T201


if __name__ == "__main__":
    main()
