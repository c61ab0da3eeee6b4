"""Every address of the product, by app."""

from django.urls import include, path

from config.health import healthz
from desk.views import errors
from reminders.views.metrics import metrics

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("", include("desk.urls")),
    path("people/", include("accounts.urls")),
    path("caseload/", include("caseload.urls")),
    path("directory/", include("referrals.urls")),
    path("endings/", include("endings.urls")),
    path("reminders/", include("reminders.urls")),
    path("sign-in/", include("accounts.sign_in_urls")),
    path("account/", include("accounts.account_urls")),
]
