"""A new field key for sealed text, and an old one that is no longer needed (docs/operations.md).

Stop script/server, new_field_key, start it, `script/manage rotate_keys` while people work, stop it,
drop_field_key, start it. On several machines FIELD_KEYS is a setting, and FIELD_KEY_IN_USE keeps the old key
sealing until every process knows the new one: then nothing stands still at all.
"""

import argparse
import os
import secrets
from collections.abc import Callable, Mapping

from config.servers.data import DataDirectory, hold
from config.servers.keys import Secrets
from config.servers.prepare import say
from config.servers.processes import Practice
from config.servers.refusal import Refused
from config.servers.run import shared_settings
from config.servers.stack import bring_up
from config.servers.supervisor import Supervisor
from core.field_keys import history_key, read_keys, write_keys


def new_field_key(data: DataDirectory, words: list[str]) -> int:
    """Add a key with the next number; it seals from the next start on."""
    argparse.ArgumentParser(
        prog="script/manage new_field_key", description=new_field_key.__doc__
    ).parse_args(words)
    with hold(data, "script/manage new_field_key"):
        kept, keys = keys_of(data)
        number = max(keys) + 1
        kept.write("field_keys", write_keys({**keys, number: secrets.token_bytes(32)}))
    say(f"Key {number} seals from the next start on; then run script/manage rotate_keys")
    return 0


def drop_field_key(data: DataDirectory, words: list[str]) -> int:
    """Forget a key that no text needs; backups made with it need their own FILE.keys."""
    parser = argparse.ArgumentParser(
        prog="script/manage drop_field_key", description=drop_field_key.__doc__
    )
    parser.add_argument("number", type=int, metavar="N")
    number: int = parser.parse_args(words).number
    with hold(data, "script/manage drop_field_key") as held:
        kept, keys = keys_of(data)
        if number not in keys:
            raise Refused(f"There is no key {number}.")
        if len(keys) == 1:
            raise Refused("The only key stays.")
        with Supervisor(keep=held.descriptor) as supervisor:
            refuse_if_needed(data, supervisor, number)
        if kept.read("history_key") is None:
            kept.write("history_key", history_key(keys).hex())
        del keys[number]
        kept.write("field_keys", write_keys(keys))
    say(f"Key {number} is forgotten")
    return 0


def refuse_if_needed(data: DataDirectory, supervisor: Supervisor, number: int) -> None:
    """Count with nobody else there: whoever read a text before the new key came may still write it back."""
    stack = bring_up(data, supervisor, os.environ)
    practice = Practice(data, stack, shared_settings(data, os.environ, port=8000, demo=True))
    supervisor.run(practice.command("rotate_keys", "--unused", str(number), role="owner"))


def keys_of(data: DataDirectory) -> tuple[Secrets, dict[int, bytes]]:
    if os.environ.get("FIELD_KEYS"):
        raise Refused("FIELD_KEYS is a setting here: change it there.")
    kept = Secrets(data.secrets)
    written = kept.read("field_keys")
    if written is None:
        raise Refused(f"There are no keys under {kept.folder} yet.")
    return kept, read_keys(written)


COMMANDS: Mapping[str, Callable[[DataDirectory, list[str]], int]] = {
    "new_field_key": new_field_key,
    "drop_field_key": drop_field_key,
}
