"""Who opened a client's file: said to those who work with the client, by which right, day by day."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caseload.models.log import readings_of
from core.actor import acting
from core.clock import now, today
from tests.accounts.factories import (
    AbsenceFactory,
    SupervisionFactory,
    SupervisorFactory,
    UserFactory,
)
from tests.caseload.factories import AssignmentFactory, ReadLogFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    return AssignmentFactory.create(therapist__name="Marta")


def read(work, by, times=1, at=None):
    for _time in range(times):
        ReadLogFactory.create(client=work.client, by=by, at=at or now())


def seen_by(reader, work, **said):
    with acting(reader):
        return [
            (row.reader, row.times, str(row.road))
            for row in readings_of(work.client.pk, how_many=9, **said)
        ]


def test_reads_of_a_day_are_one_line_the_newest_first(work):
    deputy = UserFactory.create(name="Ilse")
    read(work, work.therapist, times=3)
    read(work, deputy, at=now() - timedelta(days=2))

    assert seen_by(work.therapist, work) == [("Marta", 3, ""), ("Ilse", 1, "")]


def test_supervision_and_deputies_are_named_as_such(work):
    supervisor = SupervisorFactory.create(name="Anneke")
    SupervisionFactory.create(supervisor=supervisor, supervisee=work.therapist)
    absence = AbsenceFactory.create(
        user=work.therapist, deputy=UserFactory.create(name="Ilse"), starts_on=today()
    )
    read(work, supervisor)
    read(work, absence.deputy, at=now() + timedelta(seconds=1))

    assert seen_by(work.therapist, work) == [("Ilse", 1, "Stands in"), ("Anneke", 1, "Supervision")]


def test_it_is_open_only_to_whom_the_file_is_open(work):
    read(work, work.therapist)

    assert seen_by(UserFactory.create(), work) == []


def test_the_page_says_so_to_who_opens_it_first(client, work):
    """Opening the page is a reading, too."""
    client.force_login(work.therapist)
    page = client.get(reverse("caseload:who_has_read", args=[work.client.pk])).content.decode()

    assert "Marta" in page


def test_long_lists_have_pages(client, work):
    for number in range(60):
        read(work, work.therapist, at=now() - timedelta(days=number))
    client.force_login(work.therapist)
    where = reverse("caseload:who_has_read", args=[work.client.pk])

    first, second = (client.get(f"{where}?page={number}").content.decode() for number in (1, 2))

    assert first.count("<tr>") - 1 == 50
    assert second.count("<tr>") - 1 == 10
    assert "page=2" in first
    assert client.get(f"{where}?page=x").status_code == 200


def test_the_clients_page_names_the_last_ones(client, work):
    read(work, UserFactory.create(name="Ilse"))
    client.force_login(work.therapist)
    page = client.get(reverse("desk:client", args=[work.client.pk])).content.decode()

    assert "Who opened this file" in page
    assert "Ilse" in page
