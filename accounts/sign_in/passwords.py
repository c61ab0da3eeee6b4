"""Passwords that are long and weak all the same. Django's own list knows the short ones."""

import re

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

FEWEST = 5  # different characters


class DressedUpPasswordValidator(CommonPasswordValidator):
    """Refuse a well-known password in disguise: repeated, counted on (`Password2026!`), or of hardly any letters."""

    def validate(self, password: str, user: User | None = None) -> None:
        plain = password.lower()
        repeated = re.fullmatch(r"(.+?)\1+", plain)
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", repeated[1] if repeated else plain)
        if len(set(plain)) < FEWEST or not core or core in self.passwords:
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        return _("Too easy to guess. A short sentence is harder, and easy to keep.")
