"""PostgreSQL backend that says at each outermost BEGIN who is acting, in which role, within what (core.occasion).

Middleware cannot: ATOMIC_REQUESTS opens the view's transaction after every middleware has run. What is
asked outside a transaction while somebody acts (a middleware, a template that is rendered after the view)
gets a transaction of its own: said for a whole session, a name would stay for whoever borrows the connection next.
"""

from collections.abc import Callable
from typing import Any

import psycopg
from django.db import transaction
from django.db.backends.postgresql import base

from core.actor import current_actor, current_role, signed
from core.occasion import told_occasion

SAY = """
select set_config('app.actor', %s, true), set_config('app.occasion', %s, true)
"""
SAY_AND_STAND = """
select set_config('app.actor', %s, true), set_config('app.occasion', %s, true), set_config('role', %s, true)
"""


class DatabaseWrapper(base.DatabaseWrapper):
    has_turned = False  # into somebody else's role: then there is one to go back to

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute_wrappers.append(in_a_transaction)

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
        who = current_actor()
        if who:
            cursor.execute(SAY_AND_STAND, [signed(who), told_occasion(), current_role()])
            self.has_turned = True
            return
        cursor.execute(SAY, ["", told_occasion()])
        if self.has_turned:
            self.stand_as_before()

    def stand_as_before(self) -> None:
        """Stand again in the role that the process logged in as."""
        psycopg.Cursor(self.connection).execute("reset role")


def in_a_transaction(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 -- Django's wrapper signature
    context: dict[str, Any],
) -> Any:
    """Give a query outside every transaction one of its own while somebody acts."""
    connection = context["connection"]
    if not current_actor() or not connection.get_autocommit():
        return execute(sql, params, many, context)
    with transaction.atomic(using=connection.alias):
        return execute(sql, params, many, context)
