"""What the tests of pages share."""

from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from referrals.models import OptionSet


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def page(response: Any) -> str:
    return " ".join(response.content.decode().split())


def of_set(name: str, option_set: OptionSet) -> str:
    return reverse(f"referrals:{name}", args=[option_set.pk])


def questions(browser: Browser, url: str, **asked: str) -> int:
    """Return how much a page asks of the database, the second time it is opened."""
    browser.get(url, asked)
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(url, asked).status_code == 200
    return len([each for each in counted if "SAVEPOINT" not in each["sql"]])
