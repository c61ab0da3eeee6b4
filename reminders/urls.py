from django.urls import path

from reminders.views import feed, inbox, practice, sink

app_name = "reminders"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("operations/", practice.operations, name="operations"),
    path("calendar-feed/", feed.calendar_feed, name="calendar_feed"),
    path("calendar-feed/make/", feed.make_calendar_feed, name="make_calendar_feed"),
    path("calendar-feed/end/", feed.end_calendar_feed, name="end_calendar_feed"),
    path("calendar/<str:secret>.ics", feed.calendar, name="calendar"),
    path("mails/", sink.mails, name="mails"),
    path("go/<uuid:pk>/", inbox.go, name="go"),
    path("<uuid:pk>/tomorrow/", inbox.remind_tomorrow, name="remind_tomorrow"),
]
