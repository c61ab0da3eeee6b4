from django.urls import path

from accounts.views import drafts, own, people, presence

app_name = "accounts"
urlpatterns = [
    path("", people.people, name="people"),
    path("invite/", people.invite_person, name="invite_person"),
    path("settings/", own.own_settings, name="own_settings"),
    path("drafts/<str:code>/", drafts.keep_draft, name="keep_draft"),
    path("drafts/<str:code>/throw-away/", drafts.throw_away_draft, name="throw_away_draft"),
    path("time-left/", presence.seconds_left, name="seconds_left"),
    path("stay-signed-in/", presence.stay_signed_in, name="stay_signed_in"),
    path("invitation/<str:code>/", own.accept_invitation, name="accept_invitation"),
    path("<uuid:pk>/", people.person, name="person"),
    path("<uuid:pk>/invited/", people.invitation_made, name="invitation_made"),
    path("<uuid:pk>/invite-again/", people.renew_invitation, name="renew_invitation"),
    path("<uuid:pk>/suspend/", people.suspend_access, name="suspend_access"),
    path("<uuid:pk>/restore/", people.restore_access, name="restore_access"),
]
