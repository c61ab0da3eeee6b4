from django.urls import path

from desk.views import caseload, client, home

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("more/", home.more, name="more"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("clients/<uuid:pk>/", client.client, name="client"),
]
