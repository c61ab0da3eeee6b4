from django.urls import path

from endings.views import closures, consolidations, endings, exceptions, steps, tellings

app_name = "endings"
urlpatterns = [
    path("", endings.endings, name="endings"),
    path("<uuid:pk>/", endings.ending, name="ending"),
    # telling
    path("<uuid:pk>/told-in-person/", tellings.record_told_in_person, name="record_told_in_person"),
    path(
        "<uuid:pk>/tellings/<uuid:telling>/correct/",
        tellings.correct_telling,
        name="correct_telling",
    ),
    path(
        "<uuid:pk>/tellings/<uuid:telling>/take-back/",
        tellings.take_back_telling,
        name="take_back_telling",
    ),
    path("<uuid:pk>/not-today/", tellings.record_not_today, name="record_not_today"),
    path(
        "<uuid:pk>/not-told/",
        exceptions.record_not_told_exception,
        name="record_not_told_exception",
    ),
    path(
        "<uuid:pk>/exceptions/<slug:rule>/", exceptions.record_exception, name="record_exception"
    ),
    # options, choice, what was not wanted
    path("<uuid:pk>/options/", steps.open_options, name="open_options"),
    path("<uuid:pk>/options-offered/", steps.record_options_offered, name="record_options_offered"),
    path("<uuid:pk>/choice/", steps.record_choice, name="record_choice"),
    path(
        "<uuid:pk>/choices/<uuid:choice>/correct/", steps.correct_choice, name="correct_choice"
    ),
    path("<uuid:pk>/not-wanted/<slug:step>/", steps.record_not_wanted, name="record_not_wanted"),
    # what stays, the last session, closing, asking after
    path("<uuid:pk>/consolidate/", consolidations.consolidate, name="consolidate"),
    path("<uuid:pk>/last-session/", steps.record_last_session, name="record_last_session"),
    path(
        "<uuid:pk>/last-sessions/<uuid:last_session>/correct/",
        steps.correct_last_session,
        name="correct_last_session",
    ),
    path("<uuid:pk>/no-last-session/", steps.record_no_last_session, name="record_no_last_session"),
    path("<uuid:pk>/close/", closures.close_ending, name="close_ending"),
    path("<uuid:pk>/addendum/", closures.add_addendum, name="add_addendum"),
    path("follow-ups/<uuid:pk>/", closures.record_follow_up, name="record_follow_up"),
]
