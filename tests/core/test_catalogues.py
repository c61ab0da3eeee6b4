"""Four catalogues, nothing missing, nothing that a reader should not meet."""

import csv
import gettext
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.utils import translation

from core.catalogues import (
    english,
    flaw,
    forms,
    is_translated,
    key,
    messages_of,
)
from core.extraction import (
    extract_messages,
)
from core.glossary import PAGE, TABLE, glossary_page
from core.i18n import (
    LANGUAGES,
    ROOT,
    catalogue_path,
    compile_catalogues,
    read_catalogue,
)
from tests.core.tone import GENDERED_POLISH, MARKUP, SHOUTING, STRAIGHT, banned_words


@pytest.fixture(scope="module")
def source() -> Catalog:
    return extract_messages(ROOT)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def catalogue(language: str) -> Catalog:
    return read_catalogue(catalogue_path(language), language)


def values(catalogue: Catalog) -> list[str]:
    return [text for message in messages_of(catalogue) for text in forms(message)]


# --- the four catalogues of the product -------------------------------------------------------------


def test_a_catalogue_says_what_the_source_says_and_nothing_else(
    source: Catalog, catalogue: Catalog
) -> None:
    """`script/messages` brings them in step."""
    assert {key(message) for message in messages_of(catalogue)} == {
        key(message) for message in messages_of(source)
    }


def test_no_translation_is_missing(catalogue: Catalog) -> None:
    assert [
        key(message)
        for message in messages_of(catalogue)
        if not is_translated(message, catalogue) or message.fuzzy
    ] == []


def test_a_counted_message_is_counted_in_every_language(
    source: Catalog, catalogue: Catalog
) -> None:
    counted = {key(message) for message in messages_of(source) if message.pluralizable}
    assert {key(message) for message in messages_of(catalogue) if message.pluralizable} == counted


def test_placeholders_and_markup_are_those_of_the_english(catalogue: Catalog) -> None:
    assert [
        (key(message), found)
        for message in messages_of(catalogue)
        if (found := flaw(message, tuple(filter(None, forms(message)))))
    ] == []


def test_nothing_is_obsolete(catalogue: Catalog) -> None:
    assert list(catalogue.obsolete) == []


def test_ruled_out_words_are_not_used(language: str, catalogue: Catalog) -> None:
    assert [
        (found, text) for text in values(catalogue) if (found := banned_words(language, text))
    ] == []


def test_nobody_shouts(catalogue: Catalog) -> None:
    assert [text for text in values(catalogue) if SHOUTING.search(text)] == []


def test_quotation_marks_and_apostrophes_are_typographic(catalogue: Catalog) -> None:
    assert [text for text in values(catalogue) if STRAIGHT.search(MARKUP.sub("", text))] == []


def test_polish_leaves_the_gender_open() -> None:
    catalogue = read_catalogue(catalogue_path("pl"), "pl")
    assert [text for text in values(catalogue) if GENDERED_POLISH.search(text)] == []


@pytest.mark.parametrize("counting", ["pl", "nl"])
def test_plural_rules_are_those_of_django(counting: str) -> None:
    """Where they differ, Django keeps two catalogues apart and looks through both.

    Its Italian is left out: that has a form for whole millions, which nothing here counts.
    """
    folder = Path(translation.__file__).parents[2] / "conf" / "locale" / counting / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as compiled:
        django = gettext.GNUTranslations(compiled)
    catalogue = read_catalogue(catalogue_path(counting), counting)
    ours = gettext.c2py(catalogue.plural_expr)
    assert [ours(number) for number in range(1200)] == [
        django.plural(number) for number in range(1200)
    ]


def test_borrowed_words_are_still_said_by_django_or_allauth() -> None:
    """An upgrade that says it otherwise would bring back words that are not in our tone."""
    from allauth import __file__ as allauth
    from django import __file__ as django

    theirs = "\n".join(
        path.read_text(encoding="utf-8").replace('"\n"', "")
        for path in (
            Path(django).parent / "conf/locale/en/LC_MESSAGES/django.po",
            Path(django).parent / "contrib/auth/locale/en/LC_MESSAGES/django.po",
            Path(allauth).parent / "locale/nl/LC_MESSAGES/django.po",
        )
    )
    ours = [
        message
        for message in messages_of(extract_messages(ROOT))
        if any(name == "core/borrowed.py" for name, _ in message.locations)
    ]
    assert ours
    assert [english(message)[0] for message in ours if english(message)[0] not in theirs] == []


def test_the_project_wins_over_the_framework() -> None:
    compile_catalogues()
    with translation.override("it"):
        assert translation.gettext("This field is required.") == "Questo dato serve."
    with translation.override("en"):
        assert translation.gettext("This field is required.") == "This is needed."


def test_polish_counts_in_three_ways() -> None:
    compile_catalogues()
    with translation.override("pl"):
        said = [
            translation.ngettext(
                "This password is too short. It must contain at least %d character.",
                "This password is too short. It must contain at least %d characters.",
                number,
            )
            % number
            for number in (1, 3, 12)
        ]
    assert [text.split(". ")[1] for text in said] == [
        "Potrzebny jest co najmniej 1 znak.",
        "Potrzebne są co najmniej 3 znaki.",
        "Potrzeba co najmniej 12 znaków.",
    ]


# --- the glossary -----------------------------------------------------------------------------------


def test_the_glossary_page_is_that_of_its_table() -> None:
    """`script/glossary` writes it."""
    assert PAGE.read_text(encoding="utf-8") == glossary_page()


def test_every_noun_has_its_words_in_all_languages() -> None:
    with TABLE.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) > 150
    assert [row["term"] for row in rows if not all(row[name] for name in LANGUAGES)] == []
