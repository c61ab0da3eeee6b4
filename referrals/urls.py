from django.urls import path

from referrals.views import directory, options, papers, shortlist

app_name = "referrals"
urlpatterns = [
    path("", directory.directory, name="directory"),
    path("services/<uuid:pk>/", directory.service, name="service"),
    path("services/<uuid:pk>/check/", directory.check_service, name="check_service"),
    path("services/<uuid:pk>/own-view/", directory.judge_service, name="judge_service"),
    path("shortlist/", shortlist.shortlist, name="shortlist"),
    path("shortlist/keep/", shortlist.keep_service, name="keep_service"),
    path("shortlist/let-go/", shortlist.let_service_go, name="let_service_go"),
    # the options of one client
    path("options/<uuid:pk>/", options.option_set, name="option_set"),
    path("options/<uuid:pk>/add/", options.choose_option, name="choose_option"),
    path("options/<uuid:pk>/show/", papers.show_options, name="show_options"),
    path("options/<uuid:pk>/sheet/", papers.print_options, name="print_options"),
    path("options/<uuid:pk>/discreet/", options.set_discreet, name="set_discreet"),
    path("option/<uuid:pk>/remove/", options.remove_option, name="remove_option"),
    path("option/<uuid:pk>/put-back/", options.put_back_option, name="put_back_option"),
    path("option/<uuid:pk>/move/", options.move_option, name="move_option"),
    # how a chosen one went
    path("referrals/<uuid:pk>/", options.move_referral, name="move_referral"),
]
