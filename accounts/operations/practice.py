"""The practice's own facts: its name and zone, its policy, and whether mail goes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Job, Practice, User
from accounts.operations.rights import refuse_others
from core.errors import ChangedMeanwhile

TEST_MAIL = "test_mail"


@transaction.atomic
def change_practice(*, facts: Mapping[str, Any], by: User, revision: int | None = None) -> Practice:
    """Change facts of the practice, by the names of its columns.

    Raises ChangedMeanwhile where somebody saved after `revision` was read.
    """
    refuse_others(by)
    practice = Practice.objects.select_for_update().current()
    if revision is not None and revision != practice.revision:
        raise ChangedMeanwhile
    for name, value in facts.items():
        setattr(practice, name, value)
    practice.revision += 1
    practice.save()
    return practice


def send_test_mail(*, by: User, at: datetime) -> Job:
    """Send one mail to `by` and write down what became of it: the row is the proof that mail goes out.

    The mail server's answer stands in the row as it was said, on one line.
    """
    refuse_others(by)
    mail = EmailMessage(
        subject=_("A test from your practice"),
        body=_("This mail was asked for on the page about mail. Mail goes out."),
        to=[by.email or ""],
    )
    fault = ""
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are among them
        fault = " ".join(str(error).split())[:300] or type(error).__name__
    state = Job.State.FAILED if fault else Job.State.DONE
    return Job.objects.create(
        kind=TEST_MAIL, started_by=by, state=state, done=1, total=1, said=fault, ended_at=at
    )


def last_test_mail() -> Job | None:
    return Job.objects.filter(kind=TEST_MAIL).order_by("-created_at").first()
