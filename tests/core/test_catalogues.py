"""Four catalogues, nothing missing, nothing that a reader should not meet."""

import ast
import csv
import gettext
import json
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.utils import translation

from core.catalogues import (
    CONTEXT_END,
    english,
    flaw,
    for_translators,
    forms,
    is_translated,
    key,
    messages_of,
    missing,
    update_catalogues,
    words_from_json,
    words_from_memory,
)
from core.extraction import (
    KEYWORDS,
    extract_messages,
    functions_with_context,
    source_files,
    template_as_python,
)
from core.glossary import PAGE, TABLE, glossary_page
from core.i18n import (
    LANGUAGES,
    ROOT,
    catalogue_path,
    compile_catalogues,
    empty_catalogue,
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


# --- the extractor ----------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a template and a Python file."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "core" / "migrations").mkdir(parents=True)
    (tmp_path / "templates" / "page.html").write_text(
        """
        {% extends "layout.html" %}
          {% translate "Draft" context "plan.draft" %}
        <a title='{{ _("It’s here") }}'>{% translate "Saved." as saved %}</a>
            {% blocktranslate trimmed count count=people|length %}
              {{ count }} person
              to tell
            {% plural %}
              {{ count }} people to tell
            {% endblocktranslate %}
        {% include "part.html" with title=_("Today") only %}
        {# Translators: a share of something #}
        {% blocktranslate %}100% of {{ whole }}{% endblocktranslate %}
        Not marked (and "quoted"
        """,
        encoding="utf-8",
    )
    (tmp_path / "core" / "views.py").write_text(
        "from django.utils.translation import gettext as now, gettext_lazy as _, npgettext_lazy\n"
        'LABEL = _("Today")\n'
        'SOON = now("Soon")\n'
        'COUNT = npgettext_lazy("count.days", "%(count)s day", "%(count)s days", "count")\n'
        'NOT_MARKED = "nothing"\n'
        "def said(english):\n"
        '    """Of the sheet."""\n'
        '    return pgettext("sheet", english)\n'
        'CHOICE = said("My "\n    "choice")\n',
        encoding="utf-8",
    )
    (tmp_path / "core" / "migrations" / "0001_initial.py").write_text('_("Old label")\n')
    return tmp_path


def test_every_way_of_marking_is_found(project: Path) -> None:
    found = {key(message): message for message in messages_of(extract_messages(project))}

    assert set(found) == {
        f"plan.draft{CONTEXT_END}Draft",
        "It’s here",
        "Saved.",
        "%(count)s person to tell",
        "Today",
        "Soon",
        "100%% of %(whole)s",
        f"count.days{CONTEXT_END}%(count)s day",
        f"sheet{CONTEXT_END}My choice",
    }
    assert english(found["%(count)s person to tell"])[1] == "%(count)s people to tell"
    assert [name for name, _ in found["Today"].locations] == [
        "core/views.py",
        "templates/page.html",
    ]


def test_a_template_of_any_indentation_can_be_read() -> None:
    assert "_('Yes')" in template_as_python("   {% translate 'Yes' %}\n x\n     y").replace(
        "u'", "'"
    ).replace("gettext(", "_(")


def test_what_is_marked_can_be_read_from_the_source() -> None:
    """`gettext(name)` translates nothing: no catalogue could know what stands in `name`."""
    unreadable = []
    for path in source_files(ROOT):
        if path.suffix == ".py":
            text = path.read_text(encoding="utf-8")
            unreadable += [
                f"{path.relative_to(ROOT)}:{line}" for line in marked_names(text, translating(text))
            ]
    assert unreadable == []


def translating(source: str) -> dict[str, Any]:
    """Return the functions of Django that a file imports to translate, under their names there."""
    return {
        name.asname or name.name: KEYWORDS[name.name] or (1,)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in KEYWORDS
    }


def marked_names(source: str, functions: dict[str, Any]) -> list[int]:
    """Return the lines on which something else than a literal is to be translated."""
    inside = functions_with_context(source)
    tree = ast.parse(source)
    known = {
        id(node.body[-1].value)  # type: ignore[attr-defined]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in inside
    }
    return [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and id(call) not in known
        for place in functions.get(call.func.id, ())
        if not isinstance(
            call.args[(place if isinstance(place, int) else place[0]) - 1], ast.Constant
        )
    ]


def test_a_name_that_is_to_be_translated_is_seen() -> None:
    source = "from django.utils.translation import gettext as _\n_('Today')\n_(word)\n"
    assert marked_names(source, translating(source)) == [3]


# --- keeping catalogues in step ---------------------------------------------------------------------


def test_translations_are_kept_and_old_messages_leave(project: Path) -> None:
    folder = project / "locale"
    words = {"pl": {"Today": ("Dziś",), "Saved.": ("Zapisano.",)}}
    update_catalogues(corrections=words, memory={}, root=project, folder=folder)
    page = project / "templates" / "page.html"
    page.write_text(page.read_text().replace('{% translate "Saved." as saved %}', ""))

    catalogues = update_catalogues(corrections={}, memory={}, root=project, folder=folder)

    assert catalogues["pl"].get("Today").string == "Dziś"
    assert catalogues["pl"].get("Saved.") is None
    assert catalogues["en"].get("Today").string == "Today"
    assert "Today" not in missing({"pl": catalogues["pl"]})
    assert "Today" in missing({"nl": catalogues["nl"]})


def test_a_written_catalogue_reads_back_the_same(project: Path) -> None:
    folder = project / "locale"
    words = {"pl": {"%(count)s person to tell": ("a", "b", "c", "d")}}
    update_catalogues(corrections=words, memory={}, root=project, folder=folder)
    path = catalogue_path("pl", folder=folder)
    before = path.read_bytes()

    update_catalogues(corrections={}, memory={}, root=project, folder=folder)

    assert path.read_bytes() == before
    assert b'msgstr[3] "d"' in before
    assert b"page.html:" not in before, "line numbers would change with every edit"


def test_the_wrong_number_of_forms_is_not_taken(project: Path) -> None:
    words = {"pl": {"%(count)s person to tell": ("a", "b")}}
    catalogues = update_catalogues(
        corrections=words, memory={}, root=project, folder=project / "locale"
    )
    assert "%(count)s person to tell" in missing({"pl": catalogues["pl"]})


def test_a_translators_file_goes_out_and_comes_back(project: Path, tmp_path: Path) -> None:
    folder = project / "locale"
    open_messages = missing(
        update_catalogues(corrections={}, memory={}, root=project, folder=folder)
    )
    filled = json.loads(for_translators(open_messages.values()))
    assert [len(texts) for texts in filled["%(count)s person to tell"]] == [4, 2, 2]
    filled["Today"] = ["Dziś", "Vandaag", "Oggi"]
    path = tmp_path / "filled.json"
    path.write_text(json.dumps(filled), encoding="utf-8")

    catalogues = update_catalogues(
        corrections=words_from_json(path), memory={}, root=project, folder=folder
    )

    assert [str(catalogues[name].get("Today").string) for name in ("pl", "nl", "it")] == [
        "Dziś",
        "Vandaag",
        "Oggi",
    ]


def test_memory_knows_a_word_by_its_context(tmp_path: Path) -> None:
    (tmp_path / "microcopy.csv").write_text(
        "section,key,context,en,pl,nl,it\n"
        "States,plan.draft,x,Draft,Szkic,Concept,Bozza\n"
        "States,letter.draft,x,Draft,Brudnopis,Kladje,Minuta\n"
        "Today,today.title,x,Today,Dziś,Vandaag,Oggi\n",
        encoding="utf-8",
    )
    (tmp_path / "plurals.csv").write_text(
        "key,context,en_one,en_other,pl_one,pl_few,pl_many,pl_other,nl_one,nl_other,it_one,it_other\n"
        "count.days,x,%(count)s day,%(count)s days,1,2,3,4,5,6,7,8\n",
        encoding="utf-8",
    )

    words = words_from_memory(tmp_path)["pl"]

    assert words["Today"] == ("Dziś",)
    assert "Draft" not in words
    assert words[f"plan.draft{CONTEXT_END}Draft"] == ("Szkic",)
    assert words[f"letter{CONTEXT_END}Draft"] == ("Brudnopis",)
    assert words["%(count)s day"] == ("1", "2", "3", "4")


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("Ostatnia sesja: %(last)s", False),
        ("Ostatnia sesja", True),
        ("Ostatnia sesja: %(first)s", True),
        ("Ostatnia sesja: <b>%(last)s</b>", True),
        (" Ostatnia sesja: %(last)s", True),
    ],
)
def test_a_flaw_is_seen(written: str, wrong: bool) -> None:
    catalogue = empty_catalogue("pl")
    catalogue.add("Last session: %(last)s")
    assert bool(flaw(catalogue.get("Last session: %(last)s"), (written,))) is wrong


# --- compiling --------------------------------------------------------------------------------------


def test_only_what_is_newer_is_compiled(project: Path) -> None:
    folder = project / "locale"
    words = {"it": {"Today": ("Oggi",)}}
    update_catalogues(corrections=words, memory={}, root=project, folder=folder)

    assert len(compile_catalogues(folder)) == len(LANGUAGES)
    assert compile_catalogues(folder) == []
    update_catalogues(
        corrections={"it": {"Today": ("In giornata",)}}, memory={}, root=project, folder=folder
    )

    compiled = catalogue_path("it", folder=folder).with_suffix(".mo")
    assert compile_catalogues(folder) == [compiled]
    with compiled.open("rb") as source:
        assert gettext.GNUTranslations(source).gettext("Today") == "In giornata"
    assert sorted(path.name for path in compiled.parent.iterdir()) == ["django.mo", "django.po"]


def test_an_untranslated_message_falls_back_to_english(project: Path) -> None:
    folder = project / "locale"
    update_catalogues(corrections={}, memory={}, root=project, folder=folder)
    compile_catalogues(folder)
    with catalogue_path("pl", folder=folder).with_suffix(".mo").open("rb") as source:
        polish = gettext.GNUTranslations(source)
    assert polish.gettext("Today") == "Today"
    assert polish.ngettext("%(count)s person to tell", "%(count)s people to tell", 5) == (
        "%(count)s people to tell"
    )


# --- the glossary -----------------------------------------------------------------------------------


def test_the_glossary_page_is_that_of_its_table() -> None:
    """`script/glossary` writes it."""
    assert PAGE.read_text(encoding="utf-8") == glossary_page()


def test_every_noun_has_its_words_in_all_languages() -> None:
    with TABLE.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) > 150
    assert [row["term"] for row in rows if not all(row[name] for name in LANGUAGES)] == []
