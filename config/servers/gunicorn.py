"""How gunicorn serves the web; `processes.py` adds the address."""

import os
import signal
from typing import Any

from config.servers.part import LIBC, PR_SET_PDEATHSIG
from config.servers.patience import wait_no_longer_than_that
from core.logs import Wordless

wait_no_longer_than_that()

wsgi_app = "config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
preload_app = True  # imported once; no connection is opened before the fork
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60  # seconds; a page that takes longer is a defect
graceful_timeout = 8  # less than the supervisor's patience
control_socket_disable = True  # it would lie in the home folder, shared by every installation
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 -- heartbeats of workers, no data
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")


def on_starting(server: Any) -> None:
    """An error while a page is sent is logged by gunicorn: without the words of the exception, too."""
    log = server.log
    for handler in log.error_log.handlers:
        handler.setFormatter(Wordless(log.error_fmt, log.datefmt))


def post_fork(server: Any, worker: Any) -> None:
    """Tie the worker to its master: without it an idle one would outlive a killed master for half a minute."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
    if os.getppid() != server.pid:
        os._exit(1)
