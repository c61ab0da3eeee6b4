"""The account that PostgreSQL runs as: it refuses to be root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.servers.refusal import Refused

# Run as the account: print the first folder of the list that it cannot enter.
FIRST_CLOSED = 'for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done'


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Hand `path` to the account."""
        os.chown(path, self.uid, self.gid)

    def first_closed(self, folder: Path) -> str:
        """Return the first folder on the way to `folder`, itself included, that the account cannot enter."""
        way = [str(step) for step in (*reversed(folder.parents), folder)]
        tried = subprocess.run(
            ["/bin/sh", "-c", FIRST_CLOSED, "sh", *way],
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            check=False,
        )
        return tried.stdout


def account_below_root(database: Path) -> Account | None:
    """Return whom PostgreSQL runs as when we are root: whoever owns `database` already, else a system account.

    An ordinary user runs everything as themselves: None.
    """
    if os.geteuid() != 0:
        return None
    if database.exists() and (uid := database.stat().st_uid) != 0:
        return account(pwd.getpwuid(uid))
    for name in ("postgres", "nobody"):
        try:
            return account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Refused("PostgreSQL does not run as root, and there is no account “nobody” to run it as.")


def account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
