"""One process that sends: `python -m benchmarks._senders ours|bare`; told a number, it begins, and says how many.

bare: the limit. A loop over `smtplib.sendmail` on one connection; the mails are written beforehand, nothing
is read and nothing marked.
"""

import smtplib
import sys
from collections.abc import Callable

import django


def ours() -> Callable[[int], int]:
    """Return our own sending, as a tick does it: derived anew while it goes on, each mail marked."""
    from django.template.loader import get_template
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import Practice
    from core.clock import now
    from reminders.operations.raising import raise_and_close
    from reminders.operations.sending import drain

    get_template("reminders/mail.html")
    reverse("reminders:inbox")
    timezone.activate(Practice.objects.current().tzinfo)
    return lambda _count: drain(clock=now, follow_facts=lambda: raise_and_close(at=now()))


def bare() -> Callable[[int], int]:
    from django.conf import settings

    from core.clock import now
    from reminders.models import Message
    from reminders.operations.mails import compose

    message = Message.objects.select_related("person").filter(state="waiting").first()
    envelope = compose(message, at=now()) if message else None
    if envelope is None:
        sys.exit("there is no mail to copy")
    written = envelope.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's message takes it
    sender, reader = settings.DEFAULT_FROM_EMAIL, envelope.to

    def send(count: int) -> int:
        server = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=10)
        for _number in range(count):
            server.sendmail(sender, reader, written)
        server.quit()
        return count

    return send


def main() -> None:
    django.setup()
    send = {"ours": ours, "bare": bare}[sys.argv[1]]()
    print("ready", flush=True)
    while count := sys.stdin.readline():
        print(send(int(count)), flush=True)


if __name__ == "__main__":
    main()
