"""The synthetic caseload of the shared data, whole; skipped aloud where it is not there."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from caseload.models import (
    Assignment,
    Client,
    Episode,
    Goal,
    ImportRun,
    Session,
)
from caseload.operations.imports import Input, apply_import
from core.clock import now
from tests.accounts.factories import PracticeFactory

CASELOAD = settings.SHARED_DATA / "caseload"
TODAY = date(2026, 11, 21)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CASELOAD.is_dir(), reason=f"no caseload under {CASELOAD}"),
]


def run_import(path: Path = CASELOAD, **told: object) -> str:
    run = ImportRun.objects.create(kind=ImportRun.Kind.FHIR, source="fhir", started_at=now())
    return apply_import(run=run, given=Input.at(path, **told), on=TODAY, at=now()).last_line()


def test_x():
    import time
    PracticeFactory()
    t=time.time()
    print(run_import()); print(time.time()-t); t=time.time()
    print(run_import()); print(time.time()-t)
    for m in (Client, Episode, Assignment, Session, Goal): print(m.__name__, m.objects.count())
    from collections import Counter
    r=ImportRun.objects.order_by('started_at').first()
    print(r.counts)
    print(Counter(Assignment.objects.values_list('role',flat=True)), Assignment.objects.filter(ends_on=None).count())
    print(Counter(Assignment.objects.filter(ends_on=None).values_list('therapist__name',flat=True)).most_common(6))
