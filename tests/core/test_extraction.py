"""The tools that keep the catalogues: extracting, updating, compiling."""

import ast
import gettext
import json
from pathlib import Path
from typing import Any

import pytest

from core.catalogues import (
    CONTEXT_END,
    english,
    flaw,
    for_translators,
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
from core.i18n import LANGUAGES, ROOT, catalogue_path, compile_catalogues, empty_catalogue

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
        "DONE = f\"{_('Done.')} {now('Thank ' 'you.')}\"\n"
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
        "Done.",
        "Thank you.",
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
