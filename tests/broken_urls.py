"""The practice's addresses and one that breaks."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config import urls

SECRET = "Zenobia Kwiatek of C-1001"


def broken(_request: HttpRequest) -> HttpResponse:
    raise ValueError(SECRET)


urlpatterns = [*urls.urlpatterns, path("broken/", broken)]
handler400 = getattr(urls, "handler400", "django.views.defaults.bad_request")
handler403 = getattr(urls, "handler403", "django.views.defaults.permission_denied")
handler404 = getattr(urls, "handler404", "django.views.defaults.page_not_found")
handler500 = getattr(urls, "handler500", "django.views.defaults.server_error")
