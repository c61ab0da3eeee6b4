"""How many things wait, for the navigation: one query a page, and only where a page draws one."""

from collections.abc import Mapping

from django.db.models import Count
from django.http import HttpRequest, HttpResponse  # noqa: TID251 -- a middleware
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from core.clock import now
from core.middleware import GetResponse
from reminders.models import Reminder
from reminders.occasions import CONCERNS_TELLING, LINES, Line, Occasion


class WaitingMiddleware:
    """Give each request of a person `waiting`: URL name → count (desk.navigation)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            request.waiting = SimpleLazyObject(lambda: waiting_for(user))  # type: ignore[attr-defined]
        return self.get_response(request)


def waiting_for(user: User) -> Mapping[str, int]:
    """Count what stands in the inbox of `user`: all, reviews, and conversations to have.

    Who wants mail alone is shown a number only of what concerns a client being told; the inbox holds it all.
    """
    mine = Reminder.objects.visible_to(user).standing(now())
    counted = dict(mine.order_by().values_list("occasion").annotate(Count("pk")))
    to_tell = sum(n for key, n in counted.items() if LINES[Occasion(key)] is Line.TELL)
    noticed = [n for key, n in counted.items() if user.wants_notices or key in CONCERNS_TELLING]
    return {
        "reminders:inbox": sum(noticed),
        "desk:supervisors_desk": counted.get(Occasion.REVIEW, 0),
        "endings:endings": to_tell,
    }
