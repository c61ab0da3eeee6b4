from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CaseloadConfig(AppConfig):
    name = "caseload"

    def ready(self) -> None:
        from caseload.record.wiring import wire_after_migrate  # it needs every app's models

        post_migrate.connect(wire_after_migrate, sender=self, dispatch_uid="record")
