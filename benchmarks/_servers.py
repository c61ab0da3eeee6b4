"""The product and its rival, each in the gunicorn that script/server starts."""

import os
import sys
import time
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from typing import Self

from config.servers.data import open_data_directory
from config.servers.prepare import collect_static
from config.servers.processes import Practice
from config.servers.run import free_port
from config.servers.stack import Stack
from config.servers.supervisor import Supervisor

ANSWERS_WITHIN = 60.0  # seconds
SECRETS = ("SECRET_KEY", "ACTOR_KEY", "FIELD_KEYS")


class Servers:
    """Both are up for as long as the block; `product` and `plain` are their ports."""

    def __enter__(self) -> Self:
        data = open_data_directory(os.environ["DATA_DIR"])
        secrets = {name: os.environ[name] for name in SECRETS}
        address = os.environ["DATABASE_URL"]
        stack = Stack({"app": address}, os.environ["CELERY_BROKER_URL"], secrets)
        self.product, self.plain = free_port(0), free_port(0)
        shared = {"PUBLIC_URL": f"http://localhost:{self.product}", "DEMO": "0"}
        practice = Practice(data, stack, shared)
        self.supervisor = Supervisor().__enter__()
        try:
            collect_static(practice, self.supervisor)
            self.supervisor.start(practice.web(self.product))
            web = practice.web(self.plain)
            plain = [*web.command, "benchmarks._plain:application"]
            environment = {**web.environment, "DJANGO_SETTINGS_MODULE": ""}
            self.supervisor.start(
                replace(web, name="plain", command=plain, environment=environment)
            )
            for port, path in ((self.product, "/account/login/"), (self.plain, "/empty")):
                self.wait_until_it_answers(port, path)
        except BaseException:
            self.supervisor.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.__exit__(None, None, None)

    def wait_until_it_answers(self, port: int, path: str) -> None:
        began = time.monotonic()
        while not answers(port, path):
            self.supervisor.refuse_if_any_ended()
            if time.monotonic() - began > ANSWERS_WITHIN:
                sys.exit(
                    f"script/bench pages: nothing answers at {path} after a minute; see log/ in the data."
                )
            time.sleep(0.1)


def answers(port: int, path: str) -> bool:
    connection = HTTPConnection("localhost", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
