"""The list of endings, when there are more than one page holds."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.accounts.factories import PracticeFactory, UserFactory
from tests.endings.factories import EndingFactory

pytestmark = pytest.mark.django_db


def test_the_list_turns_its_pages_and_keeps_its_filter(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("endings.views.endings.PER_PAGE", 2)
    PracticeFactory.create()
    therapist = UserFactory.create()
    endings = [EndingFactory.create(therapist=therapist) for _ in range(3)]
    client.force_login(therapist)

    first = client.get(reverse("endings:endings"), {"show": "open"}).content.decode()
    second = client.get(reverse("endings:endings"), {"page": 2}).content.decode()

    assert "?show=open&amp;page=2" in first
    shown = [
        sum(ending.get_absolute_url() in page for ending in endings) for page in (first, second)
    ]
    assert shown == [2, 1]
