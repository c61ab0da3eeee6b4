from django.urls import path

from reminders.views import feed, inbox, policy, practice, sink

app_name = "reminders"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("policy/", policy.policy, name="policy"),
    path("operations/", practice.operations, name="operations"),
    path("calendar-feed/", feed.calendar_feed, name="calendar_feed"),
    path("calendar-feed/make/", feed.make_calendar_feed, name="make_calendar_feed"),
    path("calendar-feed/end/", feed.end_calendar_feed, name="end_calendar_feed"),
    path("calendar/<str:secret>.ics", feed.calendar, name="calendar"),
    path("mails/", sink.mails, name="mails"),
    path("go/<uuid:pk>/", inbox.go, name="go"),
    path("<uuid:pk>/tomorrow/", inbox.remind_tomorrow, name="remind_tomorrow"),
    path("<uuid:pk>/again/", inbox.remind_again, name="remind_again"),
    path("<uuid:pk>/done/", inbox.mark_done, name="mark_done"),
    path("<uuid:pk>/not-done/", inbox.mark_not_done, name="mark_not_done"),
    path("<uuid:pk>/hand-on/", inbox.hand_on, name="hand_on"),
    path("handed/<uuid:pk>/take-back/", inbox.take_back, name="take_back"),
]
