"""Clinical free text, sealed with AES-256-GCM before it leaves the process.

Layout: 2 bytes key id, 12 nonce, ciphertext with tag. The associated data is `table.column.pk`, so a
ciphertext moved to another row does not open. A value stays `Sealed` until it is read on an instance.
Beside it stands a keyed digest, which history keeps in place of the text (decision 6).
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

PREFIX = "sealed:"


class NotOpened(Exception):
    """A sealed text cannot be read: its key is missing or another one, or it was changed or moved."""

    safe_to_log = True


class Sealed(bytes):
    """A ciphertext as it stands in the row."""

    @property
    def key_id(self) -> int:
        return int.from_bytes(self[:2])

    def __repr__(self) -> str:
        return f"<Sealed by key {self.key_id}>"


class Opened(str):
    """A text that was opened, with the ciphertext and place it came from."""

    sealed: Sealed
    place: bytes


@cache
def cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def seal(text: str, place: bytes) -> Sealed:
    """Seal `text` for `place` with the key in use."""
    key_id: int = settings.FIELD_KEY_IN_USE
    nonce = os.urandom(12)
    body = cipher(settings.FIELD_KEYS[key_id]).encrypt(nonce, str(text).encode(), place)
    return Sealed(key_id.to_bytes(2) + nonce + body)


def unseal(value: Sealed, place: bytes) -> str:
    """Open `value`; raises NotOpened, which names the key and never the place or the text."""
    value = Sealed(value)
    key = settings.FIELD_KEYS.get(value.key_id)
    if key is None:
        raise NotOpened(
            f"FIELD_KEYS has no key {value.key_id}, which sealed this text: put it back"
        )
    try:
        return cipher(key).decrypt(value[2:14], value[14:], place).decode()
    except InvalidTag:
        raise NotOpened(
            f"Key {value.key_id} of FIELD_KEYS does not open this text: it is not the key that sealed it,"
            " or the text was changed or moved"
        ) from None


def digest(text: str, place: bytes) -> str:
    """Return what history keeps: equal for equal texts in one place, and nothing to read."""
    said = place + b"\0" + str(text).encode()
    return hmac.new(settings.HISTORY_KEY, said, "sha256").hexdigest()[:32]


class OpensWhenRead(DeferredAttribute):
    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value  # without it the raw bytes win

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        place = self.field.place(instance)  # type: ignore[attr-defined]  # a SealedTextField
        opened = Opened(unseal(value, place))
        opened.sealed, opened.place = value, place
        instance.__dict__[self.field.attname] = opened
        return opened


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is sealed in the database. An empty text is stored as NULL and reads as ''."""

    descriptor_class = OpensWhenRead

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("blank", True)
        options.setdefault("default", "")
        options["null"] = True
        super().__init__(*args, **options)

    def contribute_to_class(
        self,
        cls: type[models.Model],
        name: str,
        private_only: bool = False,  # noqa: FBT001, FBT002 -- Django's signature
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        from_migration = cls.__module__ == "__fake__"  # there the digest stands in the state itself
        if not cls._meta.abstract and not from_migration:
            beside = models.CharField(max_length=32, blank=True, default="", editable=False)
            beside.creation_counter = self.creation_counter
            cls.add_to_class(f"{name}_digest", beside)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        options.pop("null", None)
        return name, path, args, options

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "SealedTextField"

    def place(self, instance: models.Model) -> bytes:
        """Return the associated data: where this text belongs."""
        return f"{instance._meta.db_table}.{self.column}.{instance.pk}".encode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return "" if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001 -- Django's signature
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            return value
        place = self.place(model_instance)
        text = "" if value is None else str(value)
        setattr(model_instance, f"{self.attname}_digest", digest(text, place) if text else "")
        if not text:
            return None
        if isinstance(value, Opened) and value.place == place:
            return value.sealed
        return seal(text, place)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        value = getattr(value, "sealed", value)
        if value is None or value == "":
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is sealed: write it through save() or bulk_create()")
        return connection.Database.Binary(bytes(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed and cannot be searched")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        value = obj.__dict__.get(self.attname) or ""
        raw = getattr(value, "sealed", value)
        return PREFIX + b64encode(raw).decode() if isinstance(raw, Sealed) else str(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(PREFIX):
            return Sealed(b64decode(value.removeprefix(PREFIX)))
        return value
