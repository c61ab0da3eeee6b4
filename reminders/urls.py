from django.urls import path

from reminders.views import inbox, practice, sink

app_name = "reminders"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("operations/", practice.operations, name="operations"),
    path("mails/", sink.mails, name="mails"),
    path("go/<uuid:pk>/", inbox.go, name="go"),
    path("<uuid:pk>/tomorrow/", inbox.remind_tomorrow, name="remind_tomorrow"),
]
