from django.urls import path

from accounts.views import (
    drafts,
    invitations,
    own,
    people,
    practice,
    presence,
    supervision,
    teams,
)

app_name = "accounts"
urlpatterns = [
    path("", people.people, name="people"),
    path("invite/", people.invite_person, name="invite_person"),
    path("invite-many/", invitations.invite_many, name="invite_many"),
    path("invitations/", invitations.invitations, name="invitations"),
    path(
        "invitations/<uuid:pk>/withdraw/",
        invitations.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("settings/", own.own_settings, name="own_settings"),
    path("drafts/<str:code>/", drafts.keep_draft, name="keep_draft"),
    path("drafts/<str:code>/throw-away/", drafts.throw_away_draft, name="throw_away_draft"),
    path("time-left/", presence.seconds_left, name="seconds_left"),
    path("stay-signed-in/", presence.stay_signed_in, name="stay_signed_in"),
    path("invitation/<str:code>/", own.accept_invitation, name="accept_invitation"),
    path("<uuid:pk>/", people.person, name="person"),
    path("<uuid:pk>/change-working/", people.change_working, name="change_working"),
    path("<uuid:pk>/invited/", people.invitation_made, name="invitation_made"),
    path("<uuid:pk>/invite-again/", people.renew_invitation, name="renew_invitation"),
    path("<uuid:pk>/suspend/", people.suspend_access, name="suspend_access"),
    path("<uuid:pk>/restore/", people.restore_access, name="restore_access"),
    # the practice
    path("practice/", practice.practice, name="practice"),
    path("working-days/", practice.working_days, name="working_days"),
    path("mail/", practice.mail, name="mail"),
    path("mail/test/", practice.send_test_mail, name="send_test_mail"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.add_team, name="add_team"),
    path("teams/<uuid:pk>/", teams.team, name="team"),
    path("teams/<uuid:pk>/join/", teams.join_team, name="join_team"),
    path("teams/<uuid:pk>/end/", teams.end_team, name="end_team"),
    path("teams/<uuid:pk>/again/", teams.bring_back_team, name="bring_back_team"),
    path("memberships/<uuid:pk>/leave/", teams.leave_team, name="leave_team"),
    path("memberships/<uuid:pk>/stay/", teams.stay_in_team, name="stay_in_team"),
    path("supervision/", supervision.supervision, name="supervision"),
    path("supervision/new/", supervision.add_supervision, name="add_supervision"),
    path("supervision/<uuid:pk>/", supervision.change_supervision, name="change_supervision"),
    path("supervision/<uuid:pk>/end/", supervision.end_supervision, name="end_supervision"),
    path(
        "supervision/<uuid:pk>/again/",
        supervision.bring_back_supervision,
        name="bring_back_supervision",
    ),
]
