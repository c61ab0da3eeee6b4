from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from reminders.wiring import wire_after_migrate  # it needs every app's models

        post_migrate.connect(wire_after_migrate, sender=self, dispatch_uid="reminders")
