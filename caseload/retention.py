"""How long a file is kept, pure: years after the last session or after majority, whichever is later.

The years are the practice's policy, because law differs by country (research/peers.md 5: seven and three
where no law says otherwise).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RetentionPolicy:
    """Years after the last session; years after coming of age; the age at which one does."""

    years: int = 7
    after_majority: int = 3
    majority_age: int = 18


def kept_until(policy: RetentionPolicy, *, last_on: date, born_on: date | None) -> date:
    """Return the last day on which a file must be kept; without a date of birth only the work counts."""
    after_work = years_after(last_on, policy.years)
    if born_on is None:
        return after_work
    return max(after_work, years_after(born_on, policy.majority_age + policy.after_majority))


def years_after(on: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes the 28th."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return on.replace(year=on.year + years, day=28)
