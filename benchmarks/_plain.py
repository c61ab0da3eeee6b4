"""The rivals: plain Django without middleware, with an empty view and a bare list of fifty rows.

Served by the same gunicorn settings and the same pool as the product. The list is what anybody would write
first: one query, fifty rows of four cells, a link and a date in each.
"""

from datetime import date

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

ROWS = 50
ADDRESS = environ.Env().db_url("DATABASE_URL")
POOL = {"min_size": 1, "max_size": 4, "timeout": 10}
PAGE = """<!doctype html><html lang="en"><head><title>List</title></head><body><table>
{% for row in rows %}<tr><td><a href="{% url 'row' row.pk %}">{{ row.name }}</a></td><td>{{ row.code }}</td>
<td>{{ row.since|date:"j M Y" }}</td><td>{{ row.weight }}</td></tr>{% endfor %}
</table></body></html>"""

if not settings.configured:
    settings.configure(
        SECRET_KEY="not a secret: there is no session to sign",  # noqa: S106
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        USE_TZ=True,
        DATABASES={
            "default": {
                **ADDRESS,
                "OPTIONS": {**ADDRESS.get("OPTIONS", {}), "pool": POOL},
            }
        },
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        (
                            "django.template.loaders.cached.Loader",
                            [("django.template.loaders.locmem.Loader", {"list.html": PAGE})],
                        )
                    ]
                },
            }
        ],
    )
    application = get_wsgi_application()


class Row(models.Model):
    """Fifty of a thousand are shown."""

    name = models.TextField()
    code = models.TextField()
    since = models.DateField(default=date.today)
    weight = models.IntegerField()

    class Meta:
        app_label = "bench"
        db_table = "bench_row"
        managed = False

    def __str__(self) -> str:
        return self.name


def empty(request: HttpRequest) -> HttpResponse:
    return with_length(HttpResponse())


def bare_list(request: HttpRequest) -> HttpResponse:
    rows = Row._default_manager.order_by("name")[:ROWS]
    return with_length(render(request, "list.html", {"rows": rows}))


def with_length(answer: HttpResponse) -> HttpResponse:
    """Say how long it is, as Django's CommonMiddleware would: else the connection is not kept."""
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def row(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(str(pk))


urlpatterns = [
    path("empty", empty),
    path("list", bare_list),
    path("rows/<int:pk>/", row, name="row"),
]
