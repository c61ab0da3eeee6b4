from django.urls import path

from accounts.views import closing, devices, second_factor

app_name = "sign_in"
urlpatterns = [
    path("second-step/", second_factor.set_up, name="set_up_second_factor"),
    path("devices/", devices.devices, name="devices"),
    path("devices/others/sign-out/", devices.sign_out_others, name="sign_out_others"),
    path("devices/<uuid:pk>/sign-out/", devices.sign_out_device, name="sign_out_device"),
    path("policy/", closing.sign_in_policy, name="policy"),
    path("people/<uuid:pk>/close/", closing.close_account, name="close_account"),
    path(
        "people/<uuid:pk>/reset-second-step/",
        closing.reset_second_factor,
        name="reset_second_factor",
    ),
]
