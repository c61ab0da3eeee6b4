"""Moving a whole history by whole weeks, so that weekdays and wall-clock times stay (decision 14)."""

from datetime import UTC, date, datetime, timedelta, tzinfo

WEEK = timedelta(weeks=1)


def weeks_to(latest: date, before: date) -> int:
    """Return by how many weeks `latest` must move to fall into the seven days before `before`."""
    return ((before - timedelta(days=1)) - latest).days // 7


def moved_day(day: date, weeks: int) -> date:
    return day + weeks * WEEK


def moved_if_known(day: date | None, weeks: int) -> date | None:
    return None if day is None else moved_day(day, weeks)


def moved_moment(at: datetime, weeks: int, zone: tzinfo) -> datetime:
    """Return `at` moved by whole weeks of wall-clock time in `zone`, in UTC."""
    if not weeks:
        return at
    local = at.astimezone(zone).replace(tzinfo=None) + weeks * WEEK
    return local.replace(tzinfo=zone).astimezone(UTC)
