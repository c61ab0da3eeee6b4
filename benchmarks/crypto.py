"""What sealing clinical text costs: a page of 50 fields beside Fernet, and a practice moved to another key.

`decrypt_ms` is the time to open 50 texts of 400 characters, `vs_fernet` how many times as long Fernet of the
same library takes for the same texts. The rotation moves 100,000 sealed texts (10,000 with --quick) as
`script/manage rotate_keys` does, in the database of script/bench. Medians of nine rounds, with their spread.
"""

import argparse
import json
import os
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django

FIELDS, CHARACTERS, ROUNDS = 50, 400, 9
ROWS, ROWS_QUICK = 100_000, 10_000
TEXT = ("She said that the last hour was the first one in which she could be angry. " * 6)[
    :CHARACTERS
]


def milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return the median of `ROUNDS` rounds and the distance between the quickest and the slowest."""
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), max(times) - min(times)


def compare_with_fernet() -> dict[str, float]:
    """Open and seal a page of texts in both ways."""
    from cryptography.fernet import Fernet

    from core.sealed import seal, unseal

    places = [f"endings_telling.words.{secrets.token_hex(16)}".encode() for _ in range(FIELDS)]
    sealed = [seal(TEXT, place) for place in places]
    fernet = Fernet(Fernet.generate_key())
    tokens = [fernet.encrypt(TEXT.encode()) for _ in range(FIELDS)]
    ours, our_spread = milliseconds(lambda: list(map(unseal, sealed, places)))
    theirs, their_spread = milliseconds(
        lambda: [fernet.decrypt(token).decode() for token in tokens]
    )
    sealing, seal_spread = milliseconds(lambda: [seal(TEXT, place) for place in places])
    fernet_sealing, fernet_spread = milliseconds(
        lambda: [fernet.encrypt(TEXT.encode()) for _ in range(FIELDS)]
    )
    print(f"{FIELDS} texts of {CHARACTERS} characters, ms (spread)")
    print(f"  open   ours {ours:.3f} ({our_spread:.3f})   Fernet {theirs:.3f} ({their_spread:.3f})")
    print(
        f"  seal   ours {sealing:.3f} ({seal_spread:.3f})   Fernet {fernet_sealing:.3f} ({fernet_spread:.3f})"
    )
    return {"decrypt_ms": round(ours, 4), "vs_fernet": round(theirs / ours, 2)}


@contextmanager
def sealed_drafts(count: int) -> Iterator[None]:
    """Fill the table of drafts with `count` sealed texts of one invented person, and clear it again."""
    from django.utils import timezone

    from accounts.models import Draft, User

    User.objects.filter(email="crypto@bench.example").delete()
    person = User.objects.create(email="crypto@bench.example", name="Bench")
    try:
        for first in range(0, count, 5000):
            Draft.objects.bulk_create(
                Draft(user=person, form=f"bench {number}", text=TEXT, saved_at=timezone.now())
                for number in range(first, min(first + 5000, count))
            )
        yield
    finally:
        User.objects.filter(pk=person.pk).delete()


def rotate(count: int) -> float:
    """Move `count` texts to a second key and back; return the seconds of the first way."""
    from django.conf import settings

    from core.resealing import reseal_everything

    first, second = settings.FIELD_KEY_IN_USE, settings.FIELD_KEY_IN_USE + 1
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, second: secrets.token_bytes(32)}
    with sealed_drafts(count):
        settings.FIELD_KEY_IN_USE = second
        began = time.perf_counter()
        moved = reseal_everything(lambda _column, _done: None)
        seconds = time.perf_counter() - began
        settings.FIELD_KEY_IN_USE = first
        reseal_everything(lambda _column, _done: None)
    print(f"{moved} texts moved to another key in {seconds:.2f} s, {moved / seconds:.0f} a second")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench crypto", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="rotate 10,000 texts")
    quick = parser.parse_args().quick
    os.environ["DATABASE_URL"] = os.environ["OWNER_DATABASE_URL"]
    django.setup()
    rows = ROWS_QUICK if quick else ROWS
    figures = compare_with_fernet()
    print(json.dumps({**figures, "rotate_rows": rows, "rotate_s": round(rotate(rows), 2)}))


if __name__ == "__main__":
    main()
