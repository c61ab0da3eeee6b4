"""axe-core in a page that is open: put in once, asked as often as the page changes its size or theme."""

from pathlib import Path
from typing import Any

import axe_playwright_python

SCRIPT = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# Style sheets are not fetched once more: the only rule that reads them as text is switched off anyway.
ASK = """axe.run({resultTypes: ['violations'], preload: false}).then(found => found.violations.map(
    rule => [rule.id, rule.nodes.map(node => node.html.slice(0, 160))]))"""
# A turning wheel never finishes, and what is hidden may not either.
SETTLED = """Promise.race([
    new Promise(later => setTimeout(later, 500)),
    Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition)
        .map(one => one.finished.catch(() => null)))])"""


def findings(page: Any) -> list[list[Any]]:
    """Return what axe-core finds, as [rule, elements], once no colour is on its way any more."""
    page.evaluate(SETTLED)
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SCRIPT)
    found: list[list[Any]] = page.evaluate(ASK)
    return found
