"""What cannot start says so in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """A start that is not possible; its text is one clear sentence for the person at the terminal."""


@contextmanager
def refusing(sentence: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn `errors` into a refusal that ends with the error's own words."""
    try:
        yield
    except errors as error:
        words = " ".join(str(error).split())
        raise Refused(f"{sentence}: {words}") from error
