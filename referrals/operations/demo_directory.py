"""The demonstration directory: real entries that may be shipped, and checks that are made up."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.models import User
from core.errors import RuleBroken
from referrals.models import Accepting, DirectoryImport, Service, Verification
from referrals.operations.entries import Look, check_entry, set_own_view
from referrals.operations.import_directory import import_directory
from referrals.readers import Reader, reader_for

FOLDERS: Final = ("ohana", "samhsa")
TOWNS: Final = ("San Mateo", "Redwood City", "San Francisco", "Daly City", "Menlo Park")
LOOKED_AT: Final = 60
# Days since the last check; nothing for an entry that nobody has checked.
AGES: Final = (3, 12, 30, 75, 140, 200, 260, 400, 520, None)
ROOM: Final = (
    (Accepting.YES, ""),
    (Accepting.WAITLIST, "about 6 weeks"),
    (Accepting.YES, ""),
    (Accepting.ASSESSMENT, ""),
    (Accepting.NO, ""),
    (None, ""),
    (Accepting.YES, "evenings only"),
)
MEANS: Final = (Verification.Means.PHONE, Verification.Means.WEBSITE, Verification.Means.EMAIL)


@transaction.atomic
def load_demo_directory(*, by: User, on: date, at: datetime) -> list[DirectoryImport]:
    """Import what stands in `thirdparty/` and let `by`, a directory admin, have checked a part of it.

    Loaded again, entries stay the same and the checks are renewed to be of the same age on `on`.
    """
    runs = [import_directory(reader=reader, by=by, at=at) for reader in demo_readers()]
    check_demo_entries(by=by, on=on, at=at)
    return runs


def demo_readers() -> Iterator[Reader]:
    for folder in FOLDERS:
        path = Path(settings.BASE_DIR) / "thirdparty" / folder
        reader = reader_for(path)
        if reader is None:
            raise RuleBroken(f"The demonstration directory is not at {path}.")
        yield reader


def check_demo_entries(*, by: User, on: date, at: datetime) -> None:
    nearby = Service.objects.filter(at_locations__location__addresses__city__in=TOWNS)
    services = list(nearby.distinct().order_by("original_id")[:LOOKED_AT])
    told = zip(services, cycle(AGES), cycle(ROOM), cycle(MEANS), strict=False)
    for service, age, (accepting, wait), means in told:
        if age is None:
            continue
        look = Look(on - timedelta(days=age), means, accepting=accepting, wait=wait)
        if not service.verifications.filter(on=look.on, by=by).exists():
            check_entry(service=service, look=look, by=by, at=at)
    for service in services[:2]:
        set_own_view(service=service, by=by, on=on, preferred=True)
    if services:
        closed = "Two clients waited there for months without an answer."
        set_own_view(service=services[-1], by=by, on=on, do_not_refer=closed)
