"""What makes the tests feel the policies: requests and operations run as they do in a practice.

* A request runs as `app` from its first middleware on; whoever is signed in acts.
* An operation that is called with `by=somebody` runs in `acting(somebody)`, so as `app`, too.
* What beat asks for (`reminders.operations`) runs as `worker`.

Everything else, factories and assertions, stands as the owner: it is there to make facts and to look at them.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db.backends.signals import connection_created

from core.actor import acting, current_actor
from core.backend.base import DatabaseWrapper
from tests.roles import stand_as_before, standing_as, take_the_stance

APPS = ("accounts", "caseload", "referrals", "endings", "reminders")
OF_THE_WORKER = {
    "reminders.operations.ticking": ("tick", "night"),
    "reminders.operations.raising": ("raise_and_close",),
    "reminders.operations.posting": ("make_messages", "escalate"),
    "reminders.operations.claiming": ("claim", "give_up_what_is_too_late"),
    "reminders.operations.bounces": ("record_bounce",),
    "reminders.operations.doctor": ("examine", "keep"),
    "reminders.operations.feeds": ("end_feeds_of_who_left", "forget_old_reads"),
    "reminders.operations.sending": ("drain", "send"),
    "caseload.operations.import_jobs": ("carry_out",),
    "caseload.operations.file_jobs": ("carry_out",),
    "caseload.operations.appointments.jobs": (
        "carry_out",
        "read_calendars",
        "forget_old_previews",
    ),
    "caseload.operations.file_requests": ("forget_old_copies",),
    "caseload.operations.rhythms": ("extend_rhythms",),
    "endings.operations.plans": ("replan_missed_tellings",),
}
BEGINS = ("tick", "night", "carry_out")  # in a process of its own, where nobody acts yet


def install() -> None:
    """Put the harness in place, before any test module has imported an operation."""
    connection_created.connect(take_the_stance, dispatch_uid="stance of tests")
    DatabaseWrapper.stand_as_before = stand_as_before  # type: ignore[method-assign]
    BaseHandler.get_response = as_app(BaseHandler.get_response)  # type: ignore[method-assign]
    for module in operations():
        for name, function in list(vars(module).items()):
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                if name in OF_THE_WORKER.get(module.__name__, ()):
                    setattr(module, name, as_worker(function))
                elif "by" in inspect.signature(function).parameters:
                    setattr(module, name, as_who_acts(function))


def operations() -> list[ModuleType]:
    found = []
    for app in APPS:
        package = importlib.import_module(f"{app}.operations")
        names = [
            name for _f, name, _p in pkgutil.walk_packages(package.__path__, f"{app}.operations.")
        ]
        found += [importlib.import_module(name) for name in names]
    return found


def as_app(get_response: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get_response)
    def answered(self: BaseHandler, request: Any) -> Any:
        with standing_as("app"):
            return get_response(self, request)

    return answered


def as_worker(function: Callable[..., Any]) -> Callable[..., Any]:
    begins = function.__name__ in BEGINS

    @wraps(function)
    def done(*args: Any, **kwargs: Any) -> Any:
        if current_actor() and not begins:
            return function(*args, **kwargs)
        with standing_as("worker"), acting(""):
            return function(*args, **kwargs)

    return done


def as_who_acts(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def done(*args: Any, **kwargs: Any) -> Any:
        by = kwargs.get("by")
        if current_actor() or by is None:
            return function(*args, **kwargs)
        with acting(by):
            return function(*args, **kwargs)

    return done
