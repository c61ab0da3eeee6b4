"""The real tables, where they stand beside the project: 27,240 facilities, twice."""

import time
import warnings
from pathlib import Path

import pytest
from django.conf import settings

from core.clock import now
from referrals.models import Address, Phone, SearchEntry, Service
from referrals.operations.import_directory import import_directory
from referrals.operations.search import find_place, search_services
from referrals.readers import reader_for
from tests.roles import standing_as

SAMHSA = Path(settings.SHARED_DATA) / "directory" / "samhsa-geoda"
LIMIT = 60  # seconds


@pytest.fixture(scope="module")
def tables() -> Path:
    if not SAMHSA.is_dir():
        warnings.warn(f"SKIPPED ALOUD: {SAMHSA} is not there", pytest.PytestWarning, stacklevel=1)
        pytest.skip("the shared directory data is not on this machine")
    return SAMHSA


@pytest.mark.django_db
@pytest.mark.timeout(240)
def test_27240_facilities_come_in_within_a_minute_and_a_second_time_change_nothing(
    tables: Path,
) -> None:
    first, again = (timed_import(tables) for _run in range(2))
    (run, seconds), (second, seconds_again) = first, again
    assert run.new + run.skipped == 27_240
    assert (run.changed, run.rejected) == (0, 0)
    assert run.counts["remarks"] == {"zip_padded": 2738, "phone_as_written": 9, "repeated": 350}
    assert (second.new, second.changed, second.same) == (0, 0, run.new)
    assert seconds < LIMIT
    assert seconds_again < seconds
    assert SearchEntry.objects.count() == Service.objects.count() == run.new
    assert (
        not Address.objects.filter(country="US")
        .exclude(postal_code__regex=r"^\d{5}(-\d{4})?$")
        .exists()
    )
    assert Phone.objects.filter(extension="301").exists()
    what_is_found()


def timed_import(tables: Path):  # -> (DirectoryImport, float)
    reader = reader_for(tables)
    assert reader is not None
    began = time.monotonic()
    with standing_as("worker"):
        run = import_directory(reader=reader, by=None, at=now())
    return run, time.monotonic() - began


def what_is_found() -> None:
    typo = search_services("Perspectivs Center for Car").for_list()
    assert typo[0].service.name == "Perspectives Center for Care Inc"
    accents = search_services("clinica tratamiento integral").for_list()
    assert "Clínica de Tratamiento Integral" in " ".join(each.service.name for each in accents)
    assert search_services("zdrowie psychiczne Waterbury").count() >= 10
    waterbury = find_place("Waterbury, CT")
    assert waterbury is not None
    nearby = list(search_services(near=waterbury, within_km=5).for_list())
    assert {entry.region for entry in nearby} == {"CT"}
    distances = [entry.distance_km for entry in nearby]
    assert distances == sorted(distances)
    assert distances[-1] <= 5
