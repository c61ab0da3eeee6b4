from django.urls import path

from endings.views import (
    beginnings,
    boards,
    closures,
    consolidations,
    departures,
    endings,
    exceptions,
    handovers,
    meetings_of_three,
    plans,
    policy,
    received,
    reviews,
    sheets,
    steps,
    summaries,
    tapers,
    tellings,
)

app_name = "endings"
urlpatterns = [
    path("", endings.endings, name="endings"),
    path("notice-policy/", policy.notice_policy, name="notice_policy"),
    path("<uuid:pk>/", endings.ending, name="ending"),
    # beginning the end of one piece of work
    path("begin/<uuid:pk>/<uuid:client>/", beginnings.begin_ending, name="begin_ending"),
    path("<uuid:pk>/kind/", beginnings.change_beginning, name="change_beginning"),
    path("<uuid:pk>/go-on/", beginnings.go_on_after_all, name="go_on_after_all"),
    # the steps of the other playbooks
    path("<uuid:pk>/steps/<slug:step>/", sheets.record_step, name="record_step"),
    path("<uuid:pk>/step-records/<uuid:record>/correct/", sheets.correct_step, name="correct_step"),
    path("<uuid:pk>/attempts/", sheets.record_attempt, name="record_attempt"),
    path(
        "<uuid:pk>/attempts/<uuid:attempted>/correct/",
        sheets.correct_attempt,
        name="correct_attempt",
    ),
    path("<uuid:pk>/taper/", tapers.taper_off, name="taper_off"),
    path("<uuid:pk>/look-back/", sheets.look_back, name="look_back"),
    path("look-backs/<uuid:pk>/share/", sheets.share_look_back, name="share_look_back"),
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
    path("<uuid:pk>/exceptions/<slug:rule>/", exceptions.record_exception, name="record_exception"),
    # options, choice, what was not wanted
    path("<uuid:pk>/options/", steps.open_options, name="open_options"),
    path("<uuid:pk>/options-offered/", steps.record_options_offered, name="record_options_offered"),
    path("<uuid:pk>/choice/", steps.record_choice, name="record_choice"),
    path("<uuid:pk>/choices/<uuid:choice>/correct/", steps.correct_choice, name="correct_choice"),
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
    path("departures/<uuid:pk>/", boards.board, name="board"),
    path("reviews/<uuid:pk>/", reviews.review, name="review"),
    path("reviews/<uuid:pk>/open/", reviews.open_review, name="open_review"),
    # departure: the wizard, sending, moving, withdrawing
    path("departures/new/", departures.start_departure, name="start_departure"),
    path("departures/<uuid:pk>/dates/", departures.departure_frame, name="departure_frame"),
    path("departures/<uuid:pk>/words/", departures.departure_words, name="departure_words"),
    path("departures/<uuid:pk>/plan/", plans.plan, name="plan"),
    path("departures/<uuid:pk>/plan/bring-in/", plans.bring_in, name="bring_in"),
    path("departures/<uuid:pk>/plan/leave-out/", plans.leave_out, name="leave_out"),
    path("departures/<uuid:pk>/plan/<uuid:ending>/", plans.client_dates, name="client_dates"),
    path(
        "departures/<uuid:pk>/carriers/", departures.departure_carriers, name="departure_carriers"
    ),
    path("departures/<uuid:pk>/send/", departures.submit_departure, name="submit_departure"),
    path(
        "departures/<uuid:pk>/undo-send/",
        departures.take_back_submission,
        name="take_back_submission",
    ),
    path("departures/<uuid:pk>/move/", departures.move_last_day, name="move_last_day"),
    path(
        "departures/<uuid:pk>/withdraw/", departures.withdraw_departure, name="withdraw_departure"
    ),
    path("follow-ups/<uuid:pk>/", closures.record_follow_up, name="record_follow_up"),
    # handover: a place, a question, consent
    path("<uuid:pk>/places/", handovers.hold_place, name="hold_place"),
    path("<uuid:pk>/places/<uuid:held>/release/", handovers.release_place, name="release_place"),
    path("<uuid:pk>/ask-a-colleague/", handovers.invite_receiver, name="invite_receiver"),
    path(
        "<uuid:pk>/ask-a-colleague/withdraw/",
        handovers.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("<uuid:pk>/consent/", handovers.record_consent, name="record_consent"),
    # handover: the summary, the meeting of three
    path("<uuid:pk>/summary/", summaries.write_summary, name="write_summary"),
    path("<uuid:pk>/summary/final/", summaries.finish_summary, name="finish_summary"),
    path(
        "<uuid:pk>/meeting-of-three/",
        meetings_of_three.plan_meeting_of_three,
        name="plan_meeting_of_three",
    ),
    path(
        "<uuid:pk>/meeting-of-three/held/",
        meetings_of_three.hold_meeting_of_three,
        name="hold_meeting_of_three",
    ),
    path(
        "<uuid:pk>/meeting-of-three/correct/",
        meetings_of_three.correct_meeting_of_three,
        name="correct_meeting_of_three",
    ),
    path(
        "<uuid:pk>/meeting-of-three/take-back/",
        meetings_of_three.take_back_meeting_of_three,
        name="take_back_meeting_of_three",
    ),
    path(
        "<uuid:pk>/meeting-of-three/sign-off/<slug:who>/",
        meetings_of_three.sign_off,
        name="sign_off",
    ),
    path(
        "<uuid:pk>/without-meeting/",
        meetings_of_three.hand_over_without_meeting,
        name="hand_over_without_meeting",
    ),
    # handover: the receiver's side
    path("received/", received.received, name="received"),
    path("received/<uuid:pk>/", received.invitation, name="invitation"),
    path("received/<uuid:pk>/file/", received.received_file, name="received_file"),
    path("received/<uuid:pk>/accept/", received.accept_invitation, name="accept_invitation"),
    path("received/<uuid:pk>/decline/", received.decline_invitation, name="decline_invitation"),
    path(
        "received/<uuid:pk>/no-conflict/",
        received.confirm_no_conflict,
        name="confirm_no_conflict",
    ),
    path("received/<uuid:pk>/conflict/", received.declare_conflict, name="declare_conflict"),
    path("received/<uuid:pk>/sign-off/", received.receiver_signs_off, name="receiver_signs_off"),
]
