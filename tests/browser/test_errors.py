"""The pages for what went wrong, on a phone, in Polish and in the dark: nothing cut off, nothing for axe to find."""

from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from accounts.models import User
from tests.accounts.factories import PracticeFactory, UserFactory
from tests.browser.conftest import PASSWORD, Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.django_db(transaction=True),
]
SEND_TOO_MUCH = """() => {
    const form = document.querySelector('main form');
    const field = document.createElement('textarea');
    field.name = 'much';
    field.value = 'a'.repeat(6 * 1024 * 1024);
    form.append(field);
    form.submit();
}"""
SEND_TOO_OLD = "() => { const form = document.querySelector('main form');\
 form.csrfmiddlewaretoken.value = 'old'; form.submit(); }"


@pytest.fixture
def person(somebody: Any) -> Person:
    PracticeFactory.create()
    user: User = UserFactory.create(
        email="t@example.org", password=PASSWORD, roles=["therapist"], language="pl"
    )
    seated: Person = somebody(width=360, theme="dark", language="pl")
    seated.signs_in(user.email)
    return seated


def test_what_people_meet_is_whole_on_a_phone(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, words in (("/nowhere/", "Tu niczego nie ma"), ("/reminders/operations/", "rola")):
        person.goes_to(path, look=True)
        assert words in person.text
    for script, words in ((SEND_TOO_MUCH, "za dużo naraz"), (SEND_TOO_OLD, "zbyt długo")):
        person.goes_to("/people/settings/")
        with person.page.expect_navigation():
            person.page.evaluate(script)
        person.is_fine(look=True)
        assert words in person.text

    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        away.setattr(CursorWrapper, "execute", refuse)
        person.goes_to("/today/", look=True)
        assert "bezpieczne" in person.text
    person.presses("main p a")
    assert person.page.url.endswith("/today/")
