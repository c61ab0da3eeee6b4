"""`/healthz`: are the processes alive? It says nothing of mail or late work (decision 30)."""

from collections.abc import Callable
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse  # noqa: TID251 -- this is a page
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.celery import app, pulse
from config.pulse import IMPATIENT

ANSWERS_WITHIN = 3  # seconds


@login_not_required
@transaction.non_atomic_requests
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer database, broker, worker, beat and ticks, each “ok” or why not; 200 only if all are."""
    states = {"database": state_of(database), "broker": state_of(broker)}
    for name in ("worker", "beat", "ticks"):
        known = states["broker"] == "ok"
        states[name] = (
            state_of(partial(pulse.fault, name)) if known else "not known without the broker"
        )
    well = all(state == "ok" for state in states.values())
    return JsonResponse(states, status=200 if well else 503)


def state_of(look: Callable[[], str]) -> str:
    """Return “ok” or the fault in words; the words of an exception stay out, they may name addresses."""
    try:
        return look() or "ok"
    except Exception as error:  # noqa: BLE001 -- whatever it is, the answer is that it does not work
        return f"does not answer ({type(error).__name__})"


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return ""


def broker() -> str:
    with app.connection_for_read(transport_options=IMPATIENT) as queue:
        queue.ensure_connection(max_retries=1, timeout=ANSWERS_WITHIN)
    return ""
