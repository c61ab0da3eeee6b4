from django.urls import path

from desk.views import (
    calendar,
    caseload,
    client,
    desk,
    first_steps,
    front_desk,
    history,
    home,
    search,
    today,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("today/", today.show_today, name="today"),
    path("desk/", desk.supervisors_desk, name="supervisors_desk"),
    path("supervision/", desk.supervision, name="supervision"),
    path("first-steps/", first_steps.first_steps, name="first_steps"),
    path("history/", history.history, name="history"),
    path("front-desk/", front_desk.front_desk, name="front_desk"),
    path("front-desk/<uuid:pk>/here/", front_desk.sign_client_in, name="sign_client_in"),
    path("front-desk/<str:on>/<uuid:pk>/move/", front_desk.move_booking, name="move_booking"),
    path("search/", search.search, name="search"),
    path("more/", home.more, name="more"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/people/<uuid:pk>/", calendar.calendar_of_person, name="calendar_of_person"),
    path("calendar/rooms/<uuid:pk>/", calendar.calendar_of_room, name="calendar_of_room"),
    path("calendar/sites/<uuid:pk>/", calendar.calendar_of_site, name="calendar_of_site"),
    path("caseload/", caseload.caseload, name="caseload"),
    path("clients/<uuid:pk>/", client.client, name="client"),
]
