"""Whose session still counts."""

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, F, Func, OuterRef

from accounts.models import Practice, RoleHeld, User
from core.rows import rows_of, said


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, and nobody whose access is suspended: asked at each request, not only at the door."""

    def user_can_authenticate(self, user: User) -> bool:
        return user.may_come_in

    def get_user(self, user_id: UUID) -> User | None:
        """Return who asks, with their roles, the practice and until when an emergency runs, in one question."""
        held = RoleHeld.objects.filter(user=OuterRef("pk")).values("role")
        asking = User.objects.annotate(
            held=ArraySubquery(held),
            practice_said=said(Practice.objects.order_by("pk")[:1]),
            glass_until=Func(F("pk"), function="sight.glass_until", output_field=DateTimeField()),
        )
        person: User | None = asking.filter(pk=user_id).first()
        if person is None or not self.user_can_authenticate(person):
            return None
        person.know_roles(person.held)  # type: ignore[attr-defined]  # annotated
        person.practice = next(iter(rows_of(Practice, person.practice_said)), None)  # type: ignore[attr-defined]
        return person
