"""The addresses of a practice that has named a provider."""

from django.urls import include, path

from accounts.account_urls import OPEN_ID
from config import urls

handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [*urls.urlpatterns, path("account/openid/", include(OPEN_ID))]
