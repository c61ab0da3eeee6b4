"""Figures for Prometheus, in its text format: for those who have the token, and nobody else."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.clock import now
from reminders.operations.delivery import Figure, figures

PREFIX = "practice"
KIND = "text/plain; version=0.0.4; charset=utf-8"


class Figures(Collector):
    """Hands our figures to Prometheus' library, which writes them down."""

    def __init__(self, found: list[Figure]) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for one in self.found:
            names = [name for name, _value in one.labels]
            family = families.setdefault(
                one.name, GaugeMetricFamily(f"{PREFIX}_{one.name}", one.says, labels=names)
            )
            family.add_metric([value for _name, value in one.labels], float(one.value))
        yield from families.values()


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer who has the token; without it, and where none is set, there is no such page."""
    said = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(said, wanted):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Figures(list(figures(at=now()))))
    return HttpResponse(generate_latest(registry), content_type=KIND)
