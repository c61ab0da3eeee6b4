from django.urls import path

from accounts.views import own, people

app_name = "accounts"
urlpatterns = [
    path("", people.people, name="people"),
    path("invite/", people.invite_person, name="invite_person"),
    path("settings/", own.own_settings, name="own_settings"),
    path("invitation/<str:code>/", own.accept_invitation, name="accept_invitation"),
    path("<uuid:pk>/", people.person, name="person"),
    path("<uuid:pk>/invited/", people.invitation_made, name="invitation_made"),
    path("<uuid:pk>/invite-again/", people.renew_invitation, name="renew_invitation"),
    path("<uuid:pk>/suspend/", people.suspend_access, name="suspend_access"),
    path("<uuid:pk>/restore/", people.restore_access, name="restore_access"),
]
