"""PostgreSQL backend that says at each outermost BEGIN who is acting, and within what (core.occasion).

Middleware cannot: ATOMIC_REQUESTS opens the view's transaction after every middleware has run.
"""

import psycopg
from django.db.backends.postgresql import base

from core.actor import current_actor, signed
from core.occasion import told_occasion


class DatabaseWrapper(base.DatabaseWrapper):
    def set_autocommit(
        self,
        autocommit: bool,  # noqa: FBT001 -- Django's signature
        force_begin_transaction_with_broken_autocommit: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit and (current_actor() or told_occasion()):
            self.tell_actor()

    def tell_actor(self) -> None:
        """Bind the token on the server: Django's own cursor would write it into the query text."""
        cursor = psycopg.Cursor(self.connection)
        cursor.execute(
            "select set_config('app.actor', %s, true), set_config('app.occasion', %s, true)",
            [signed(current_actor()), told_occasion()],
        )
