"""Find every marked string in our Python files and templates.

Babel does not read Django templates. Django's own `templatize` turns a template into something like Python, and
Babel's Python extractor reads that.
"""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

APPS = ("config", "core", "accounts", "caseload", "referrals", "endings", "reminders", "desk")
NOT_SHOWN = {"migrations", "tests", "__pycache__"}
TEMPLATE_SUFFIXES = {".html", ".txt"}
COMMENT_TAG = "Translators:"
Found = tuple[int, str | tuple[str, ...], list[str], str | None]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extract_messages(root: Path) -> Catalog:
    """Return all messages of the apps and templates under `root`, each with the files that say it."""
    messages = Catalog()
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        for line, message, comments, context in messages_in(path):
            messages.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return messages


def messages_in(path: Path) -> Iterator[Found]:
    """Yield line, message, comments and context of every marked string of one file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in TEMPLATE_SUFFIXES:
        yield from _calls(template_as_python(text), KEYWORDS)
        return
    keywords = {**KEYWORDS, **aliases(text)}
    yield from _calls(text, keywords)
    for line, call in calls_inside_f_strings(text):
        for _, message, comments, context in _calls(call, keywords):
            yield line, message, comments, context
    for function, context in functions_with_context(text).items():
        for line, message, comments, _ in _calls(text, {function: None}):
            yield line, message, comments, context


def _calls(source: str, keywords: dict[str, Any]) -> Iterator[Found]:
    yield from extract("python", BytesIO(source.encode()), keywords, [COMMENT_TAG])


def calls_inside_f_strings(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and source of each call in an f-string: before Python 3.12 it is one token, and Babel passes by."""
    for whole in ast.walk(ast.parse(source)):
        if isinstance(whole, ast.JoinedStr):
            calls = (node for node in ast.walk(whole) if isinstance(node, ast.Call))
            yield from ((call.lineno, ast.unparse(call)) for call in calls)


def source_files(root: Path) -> Iterator[Path]:
    """Yield the files that may hold a marked string, in an order that never changes."""
    folders = [root / name for name in (*APPS, "templates")]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(root).parts
            if path.suffix in {".py", *TEMPLATE_SUFFIXES} and not NOT_SHOWN.intersection(inside):
                yield path


def aliases(source: str) -> dict[str, Any]:
    """Return the other names under which a file imports Django's functions, each with what it takes."""
    return {
        name.asname: KEYWORDS[name.name]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname and name.name in KEYWORDS
    }


def functions_with_context(source: str) -> dict[str, str]:
    """Return the functions of a file that do nothing but `return pgettext("a context", its argument)`."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return {each.name: context for each in functions if (context := _context_of(each))}


def _context_of(function: ast.FunctionDef) -> str:
    match function.body[-1]:
        case ast.Return(
            ast.Call(ast.Name("pgettext"), [ast.Constant(str(context)), ast.Name(asked)])
        ) if asked in {argument.arg for argument in function.args.args}:
            return context
    return ""


def template_as_python(source: str) -> str:
    """Return the marked strings of a Django template as Python calls.

    What is not marked becomes rows of letters. Their indentation would be an error in Python, so it goes.
    """
    return "\n".join(line.lstrip() for line in templatize(source).splitlines())
