"""The secrets of one installation: made once, under the data directory, readable by its user alone."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.servers.postgres import LOGINS, SUPERUSER
from config.servers.refusal import Refused

SETTING_OF_FILE = {"secret_key": "SECRET_KEY", "actor_key": "ACTOR_KEY", "field_keys": "FIELD_KEYS"}
# Written when the first field key is dropped; made when there is none, since nothing is read with it.
KEPT_IF_THERE = {"history_key": "HISTORY_KEY", "seal_keys": "SEAL_KEYS"}
MAKERS: Mapping[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(50),
    "actor_key": lambda: secrets.token_hex(32),
    "field_keys": lambda: f"1:{secrets.token_hex(32)}",
    "seal_keys": lambda: f"1:{secrets.token_hex(32)}",
}


@dataclass(frozen=True)
class Secrets:
    folder: Path

    def read(self, name: str) -> str | None:
        path = self.folder / name
        return path.read_text().strip() if path.exists() else None

    def write(self, name: str, value: str) -> str:
        """Write a secret that is whole or not there."""
        path = self.folder / name
        unfinished = path.with_name(path.name + ".new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as file:
            file.write(value + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        return value

    def settings(self, given: Mapping[str, str], *, fresh: bool) -> dict[str, str]:
        """Return the settings that are secret: as given, else as kept, else, for a fresh database, new ones.

        Over data that exist a new key would be a lock without a door: what is missing is refused.
        """
        if not given.get("SEAL_KEYS"):
            self.kept_or_new("seal_keys", MAKERS["seal_keys"], fresh=True)
        kept = {
            setting: value
            for name, setting in KEPT_IF_THERE.items()
            if (value := given.get(setting) or self.read(name))
        }
        return kept | {
            setting: given.get(setting) or self.kept_or_new(name, MAKERS[name], fresh=fresh)
            for name, setting in SETTING_OF_FILE.items()
        }

    def passwords(self, *, fresh: bool) -> dict[str, str]:
        """Return the database password of each login role."""
        return {
            role: self.kept_or_new(f"database_{role}", secrets.token_urlsafe, fresh=fresh)
            for role in (SUPERUSER, *LOGINS)
        }

    def demo_password(self, given: str | None) -> str:
        """Return the password of the invented people; the one they were made with, unless none is kept yet."""
        kept = self.read("demo_password")
        return kept or self.write("demo_password", given or readable_password())

    def kept_or_new(self, name: str, make: Callable[[], str], *, fresh: bool) -> str:
        kept = self.read(name)
        if kept is not None:
            return kept
        if not fresh:
            raise Refused(
                f"{self.folder / name} is missing, and the data cannot be read without it: put it back."
            )
        return self.write(name, make())


def readable_password() -> str:
    """Return 75 bits in five groups of three, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(3)) for _ in range(5))
