"""People of the practice, for every test. Rows are created as the app's role.

UserFactory(roles=["therapist"])            a person with roles; a therapist when nothing is said
SupervisionFactory(supervisee=marta)        marta's leading supervisor, since last year
AbsenceFactory(user=marta, starts_on=…, ends_on=…, deputy=tomasz)
"""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.models import (
    Absence,
    Invitation,
    Job,
    Practice,
    RoleHeld,
    Site,
    Supervision,
    Team,
    TeamMembership,
    User,
)
from core.clock import now, today

NAMES = [
    "Marta Zielińska",
    "Tomasz Król",
    "Anneke de Vries",
    "Giulia D'Amico",
    "Pieter van Dijk",
    "Łucja Żak",
    "Owen Hughes",
    "Chiara Rossi",
]


def ago(days: int) -> Any:
    """Return a lazy date, `days` before the clock's today."""
    return factory.LazyFunction(lambda: today() - timedelta(days=days))


class PracticeFactory(DjangoModelFactory):
    """The one practice; asked for twice it is the same one, changed by what is said."""

    class Meta:
        model = Practice

    id = 1
    name = "Linden Practice"
    zone = "Europe/Warsaw"
    follow_up_days = [14, 42]
    # As the demonstration has it; tests of the second step switch it on.
    second_factor_required = False

    @classmethod
    def _create(cls, model_class: type[Practice], *args: Any, **facts: Any) -> Practice:
        practice, _made = Practice.objects.update_or_create(pk=facts.pop("id"), defaults=facts)
        return practice


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    name = factory.Sequence(lambda number: f"Site {number}")


class UserFactory(DjangoModelFactory):
    """A person with an account; `roles=[]` for nobody in particular, `email=None` for imported ones."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"{NAMES[number % len(NAMES)]} {number}")
    email = factory.Sequence(lambda number: f"person{number}@example.org")
    password = factory.django.Password("correct horse battery")

    @factory.post_generation
    def roles(self: User, create: bool, asked: list[str] | None, **kwargs: Any) -> None:
        held = ["therapist"] if asked is None else asked
        RoleHeld.objects.bulk_create([RoleHeld(user=self, role=role) for role in held])


class SupervisorFactory(UserFactory):
    @factory.post_generation
    def roles(self: User, create: bool, asked: list[str] | None, **kwargs: Any) -> None:
        held = ["supervisor"] if asked is None else asked
        RoleHeld.objects.bulk_create([RoleHeld(user=self, role=role) for role in held])


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")


class TeamMembershipFactory(DjangoModelFactory):
    class Meta:
        model = TeamMembership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)
    starts_on = ago(400)


class SupervisionFactory(DjangoModelFactory):
    class Meta:
        model = Supervision

    supervisor = factory.SubFactory(SupervisorFactory)
    supervisee = factory.SubFactory(UserFactory)
    kind = Supervision.Kind.LEADING
    starts_on = ago(400)


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = Absence

    user = factory.SubFactory(UserFactory)
    starts_on = factory.LazyFunction(today)
    ends_on = factory.LazyAttribute(lambda absence: absence.starts_on + timedelta(days=6))


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    user = factory.SubFactory(UserFactory)
    code_digest = factory.Sequence(lambda number: f"{number:064x}")
    invited_at = factory.LazyFunction(now)
    expires_at = factory.LazyFunction(lambda: now() + timedelta(days=7))


class JobFactory(DjangoModelFactory):
    class Meta:
        model = Job

    kind = "import_caseload"
    started_by = factory.SubFactory(UserFactory)
