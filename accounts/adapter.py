"""How allauth behaves here: nobody signs up by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **options: Any) -> Any:
        """A suspended person does not come in, and is told what a wrong password is told."""
        if user.suspended_at is not None or not user.is_active:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **options)
