"""Seal every clinical text with the field key in use, while the practice works."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.resealing import Column, count_by_key, open_one_of_each, reseal_everything
from core.sealed import NotOpened


class Command(BaseCommand):
    help = (
        "Seal every clinical text with the field key in use (FIELD_KEY_IN_USE, the highest if not set). It can be"
        " interrupted and run again, also by two at once. Prints how many texts each key has sealed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", action="store_true", help="only count, change nothing")
        parser.add_argument("--unused", type=int, metavar="N", help="fail if key N is still needed")

    def handle(self, *, count: bool, unused: int | None, **_options: Any) -> None:
        try:
            if not count and unused is None:
                moved = reseal_everything(self.report)
                self.stdout.write(
                    f"{moved} texts sealed again with key {settings.FIELD_KEY_IN_USE}"
                )
            open_one_of_each()
        except NotOpened as error:
            raise CommandError(str(error)) from error
        by_key = count_by_key()
        for number in sorted({*by_key, *settings.FIELD_KEYS}):
            here = "" if number in settings.FIELD_KEYS else ", which is not in FIELD_KEYS"
            self.stdout.write(f"Key {number}{here}: {by_key[number]} texts")
        if unused is not None and (by_key[unused] or unused == settings.FIELD_KEY_IN_USE):
            raise CommandError(f"Key {unused} is still needed: run rotate_keys first")

    def report(self, column: Column, done: int) -> None:
        self.stdout.write(f"{column.table}.{column.name}: {done}")
