from django.apps import AppConfig
from django.db.models.signals import post_migrate

from accounts.journal.wiring import wire_after_migrate
from core.grants import grant_after_migrate
from core.resealing import see_that_keys_open


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import accounts.presence  # noqa: F401 -- listens to the sign-in
        from accounts.sign_in.signals import connect  # it needs every app's models

        connect()
        # Django sends this once per app with models, when every table stands: once is enough.
        post_migrate.connect(see_that_keys_open, sender=self, dispatch_uid="keys")
        post_migrate.connect(grant_after_migrate, sender=self, dispatch_uid="grants")
        post_migrate.connect(wire_after_migrate, sender=self, dispatch_uid="history")
