"""What the practice asks of everybody who signs in."""

from django.db import transaction

from accounts.models import Practice


@transaction.atomic
def set_sign_in_policy(*, second_factor_required: bool) -> None:
    """From now on, or no longer, nobody works with a password alone; sessions without it stop at their next page."""
    Practice.objects.update(second_factor_required=second_factor_required)
