import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from caseload.models import Client
from core.field_keys import history_key, read_keys, write_keys
from core.sealed import NotOpened, Sealed, seal, unseal
from tests.caseload.factories import ClientFactory
from tests.roles import as_owner

ONE, TWO = {1: b"1" * 32}, {1: b"1" * 32, 2: b"2" * 32}
TEXT = "Only call after six. Zażółć gęślą jaźń."


@pytest.fixture
def keys(settings):
    def use(field_keys, in_use=None):
        settings.FIELD_KEYS = field_keys
        settings.FIELD_KEY_IN_USE = in_use or max(field_keys)

    use(ONE)
    return use


@given(st.text(), st.binary(min_size=1))
def test_what_is_sealed_opens_in_its_place_and_nowhere_else(text: str, place: bytes) -> None:
    sealed = seal(text, place)

    assert unseal(sealed, place) == text
    with pytest.raises(NotOpened):
        unseal(sealed, place + b"x")


def test_the_layout_is_key_nonce_and_ciphertext(keys) -> None:
    sealed = seal(TEXT, b"place")

    opened = AESGCM(ONE[1]).decrypt(sealed[2:14], sealed[14:], b"place")
    assert (sealed.key_id, opened.decode()) == (1, TEXT)
    assert seal(TEXT, b"place") != sealed


def test_the_key_in_use_seals_and_all_of_them_open(keys) -> None:
    old = seal(TEXT, b"place")

    keys(TWO)
    assert seal(TEXT, b"place").key_id == 2
    assert unseal(old, b"place") == TEXT
    keys(TWO, in_use=1)
    assert seal(TEXT, b"place").key_id == 1


def test_a_lost_key_a_wrong_key_and_a_changed_text_are_told_apart_from_a_text(keys) -> None:
    sealed = seal(TEXT, b"place")

    keys({2: b"2" * 32})
    with pytest.raises(NotOpened, match="has no key 1"):
        unseal(sealed, b"place")
    keys({1: b"9" * 32})
    with pytest.raises(NotOpened, match="Key 1 of FIELD_KEYS does not open"):
        unseal(sealed, b"place")
    keys(ONE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(NotOpened):
            unseal(Sealed(changed), b"place")


def test_keys_are_read_as_they_are_written() -> None:
    assert read_keys(write_keys(TWO)) == TWO
    assert read_keys(f" 7:{b'x'.hex() * 32} , ") == {7: b"x" * 32}
    for wrong in ("", "1:abc", "1", "one:" + "00" * 32, "1:" + "00" * 16):
        with pytest.raises(ValueError):  # noqa: PT011 -- int() and fromhex() have their own words
            read_keys(wrong)


def test_the_key_of_history_follows_from_the_first_field_key() -> None:
    assert history_key(TWO) == history_key(ONE) != history_key({2: b"2" * 32})


@pytest.mark.django_db
class TestTheField:
    def test_the_row_holds_no_word_of_it(self) -> None:
        client = ClientFactory.create(safe_to_contact=TEXT)

        with as_owner(), connection.cursor() as cursor:
            cursor.execute("select safe_to_contact from caseload_client where id = %s", [client.pk])
            stored = bytes(cursor.fetchone()[0])
        assert b"call" not in stored
        with as_owner():
            assert Client.objects.get(pk=client.pk).safe_to_contact == TEXT

    def test_a_text_that_was_moved_to_another_row_does_not_open(self) -> None:
        here, there = ClientFactory.create(safe_to_contact=TEXT), ClientFactory.create()

        with as_owner():
            with connection.cursor() as cursor:
                cursor.execute(
                    "update caseload_client c set safe_to_contact = o.safe_to_contact"
                    " from caseload_client o where o.id = %s and c.id = %s",
                    [here.pk, there.pk],
                )
            moved = Client.objects.get(pk=there.pk)
        with pytest.raises(NotOpened):
            str(moved.safe_to_contact)

    def test_an_unchanged_text_goes_back_as_it_came(self) -> None:
        client = ClientFactory.create(safe_to_contact=TEXT)

        def stored():
            with as_owner():
                return Client.objects.values_list("safe_to_contact", flat=True).get(pk=client.pk)

        before = stored()
        with as_owner():
            again = Client.objects.get(pk=client.pk)
            assert again.safe_to_contact == TEXT
            again.save()
            assert stored() == before
            again.safe_to_contact = "Never call."
            again.save()
        assert stored() != before

    def test_it_cannot_be_searched_or_written_past_the_seal(self) -> None:
        with pytest.raises(FieldError):
            Client.objects.filter(safe_to_contact="x")
        with pytest.raises(TypeError):
            Client.objects.update(safe_to_contact="in clear")

    def test_an_empty_text_is_no_text(self) -> None:
        client = ClientFactory.create(safe_to_contact="")

        with as_owner():
            again = Client.objects.get(pk=client.pk)
            assert Client.objects.filter(pk=client.pk, safe_to_contact__isnull=True).exists()
        assert (again.safe_to_contact, again.safe_to_contact_digest) == ("", "")
