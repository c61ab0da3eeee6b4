from django.urls import path

from caseload.views import (
    absences,
    clients,
    closed_days,
    imports,
    intake,
    pauses,
    places,
    rhythms,
    scale,
    sessions,
    sites,
    waiting,
    work,
)

app_name = "caseload"
urlpatterns = [
    # who
    path("clients/new/", intake.open_client, name="open_client"),
    path("clients/<uuid:pk>/begin/", intake.begin_work, name="begin_work"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/new/", waiting.add_waiting, name="add_waiting"),
    path("waiting/<uuid:pk>/", waiting.change_waiting, name="change_waiting"),
    path("waiting/<uuid:pk>/contact/", waiting.record_contact, name="record_contact"),
    path("waiting/<uuid:pk>/end/", waiting.end_waiting, name="end_waiting"),
    path("clients/<uuid:pk>/details/", clients.change_client, name="change_client"),
    path("clients/<uuid:pk>/who-has-read/", clients.who_has_read, name="who_has_read"),
    path("clients/<uuid:pk>/ways-to-reach/new/", clients.add_channel, name="add_channel"),
    path("ways-to-reach/<uuid:pk>/", clients.change_channel, name="change_channel"),
    path("ways-to-reach/<uuid:pk>/remove/", clients.remove_channel, name="remove_channel"),
    path(
        "clients/<uuid:pk>/involved/new/", clients.add_involved_person, name="add_involved_person"
    ),
    path("involved/<uuid:pk>/", clients.change_involved_person, name="change_involved_person"),
    path(
        "involved/<uuid:pk>/remove/", clients.remove_involved_person, name="remove_involved_person"
    ),
    path("clients/<uuid:pk>/links/new/", clients.link_clients, name="link_clients"),
    path(
        "clients/<uuid:pk>/links/<uuid:link>/remove/", clients.unlink_clients, name="unlink_clients"
    ),
    path("episodes/<uuid:pk>/join/", clients.join_episode, name="join_episode"),
    # the work
    path("clients/<uuid:pk>/risk-look/", work.record_risk_look, name="record_risk_look"),
    path("assignments/<uuid:pk>/goals/new/", work.record_goal, name="record_goal"),
    path("goals/<uuid:pk>/review/", work.review_goal, name="review_goal"),
    path("assignments/<uuid:pk>/break/", pauses.take_break, name="take_break"),
    path("assignments/<uuid:pk>/come-back/", pauses.come_back, name="come_back"),
    path("assignments/<uuid:pk>/sleep/", pauses.let_sleep, name="let_sleep"),
    path(
        "assignments/<uuid:pk>/another-therapist/",
        pauses.another_therapist,
        name="another_therapist",
    ),
    path("assignments/<uuid:pk>/weight/", work.set_weight, name="set_weight"),
    # when
    path("assignments/<uuid:pk>/rhythm/", rhythms.set_cadence, name="set_cadence"),
    path("rhythms/", rhythms.set_cadences, name="set_cadences"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/week/", sessions.week, name="week"),
    path("sessions/<uuid:pk>/", sessions.session, name="session"),
    path("sessions/<uuid:pk>/move/", sessions.move_session, name="move_session"),
    path("sessions/<uuid:pk>/cancel/", sessions.cancel_session, name="cancel_session"),
    path("sessions/<uuid:pk>/attended/", sessions.mark_attended, name="mark_attended"),
    path("sessions/<uuid:pk>/missed/", sessions.mark_missed, name="mark_missed"),
    path("sessions/<uuid:pk>/undo/", sessions.undo_state, name="undo_state"),
    path(
        "assignments/<uuid:pk>/extra-session/", sessions.add_extra_session, name="add_extra_session"
    ),
    path("absences/", absences.absences, name="absences"),
    path("absences/new/", absences.record_absence, name="record_absence"),
    path("absences/of/<uuid:pk>/new/", absences.record_absence_of, name="record_absence_of"),
    path("absences/<uuid:pk>/back/", absences.end_absence_of, name="end_absence_of"),
    path("absences/<uuid:pk>/end/", absences.end_absence, name="end_absence"),
    path(
        "absences/<uuid:pk>/cancel-sessions/",
        absences.cancel_sessions_in_absence,
        name="cancel_sessions_in_absence",
    ),
    path("places/", places.places, name="places"),
    path("places/new/", places.add_place, name="add_place"),
    path("places/<uuid:pk>/end/", places.end_place, name="end_place"),
    path("places/<uuid:pk>/again/", places.offer_place_again, name="offer_place_again"),
    # from elsewhere
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.start_import, name="start_import"),
    path("imports/<uuid:pk>/", imports.import_run, name="import_run"),
    path("imports/<uuid:pk>/columns/", imports.choose_columns, name="choose_columns"),
    path("imports/<uuid:pk>/preview/", imports.preview_import, name="preview_import"),
    path("imports/<uuid:pk>/apply/", imports.apply_import, name="apply_import"),
    path("imports/<uuid:pk>/stop/", imports.stop_import, name="stop_import"),
    path("imports/<uuid:pk>/discard/", imports.discard_import, name="discard_import"),
    path("imports/<uuid:pk>/undo/", imports.undo_import, name="undo_import"),
    # the practice
    path("sites/", sites.sites, name="sites"),
    path("sites/new/", sites.add_site, name="add_site"),
    path("sites/<uuid:pk>/", sites.change_site, name="change_site"),
    path("sites/<uuid:pk>/end/", sites.end_site, name="end_site"),
    path("sites/<uuid:pk>/again/", sites.bring_back_site, name="bring_back_site"),
    path("rooms/", sites.rooms, name="rooms"),
    path("rooms/new/", sites.add_room, name="add_room"),
    path("rooms/<uuid:pk>/", sites.change_room, name="change_room"),
    path("rooms/<uuid:pk>/end/", sites.end_room, name="end_room"),
    path("rooms/<uuid:pk>/again/", sites.bring_back_room, name="bring_back_room"),
    path("closed-days/", closed_days.closed_days, name="closed_days"),
    path("closed-days/new/", closed_days.close_day, name="close_day"),
    path("closed-days/open/", closed_days.open_days, name="open_days"),
    path(
        "closed-days/public-holidays/",
        closed_days.close_public_holidays,
        name="close_public_holidays",
    ),
    path("closed-days/<uuid:pk>/", closed_days.change_closed_day, name="change_closed_day"),
    path("load/", scale.load_scale, name="load_scale"),
]
