"""What the practice asks of everybody who signs in."""

from django.db import transaction

from accounts.models import Practice

POLICY_TIMES = ("idle_minutes", "signed_in_hours", "drafts_kept_days")


@transaction.atomic
def set_sign_in_policy(*, second_factor_required: bool, **times: int) -> None:
    """From now on, or no longer, nobody works with a password alone; sessions without it stop at their next page.

    `times` are columns of the practice (POLICY_TIMES): they hold for sessions that are open, too.
    """
    unknown = set(times) - set(POLICY_TIMES)
    if unknown:
        raise ValueError(f"not of this policy: {sorted(unknown)}")
    Practice.objects.update(second_factor_required=second_factor_required, **times)
