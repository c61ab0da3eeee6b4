"""Whose session still counts."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, and nobody whose access is suspended: asked at each request, not only at the door."""

    def user_can_authenticate(self, user: User) -> bool:
        return user.may_come_in
