"""The main pages of the demonstration practice on script/server, judged by Lighthouse as on a phone.

Performance is measured, and a busy machine spoils it: the best of three tries counts. What is below is named
with the audits that cost it.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from script import chromium, judges
from tests.config.conftest import folder  # noqa: F401 -- a fixture
from tests.config.practices import Server

pytestmark = [pytest.mark.long, pytest.mark.alone, pytest.mark.browser, pytest.mark.timeout(600)]

LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
TRIES = 3
PASSWORD = "seven quiet lindens"
# Page → where it is reached from and the link that leads there.
MAIN_PAGES = {
    "today": (reverse("desk:today"), ""),
    "caseload": (reverse("desk:caseload"), ""),
    "client": (reverse("desk:caseload"), "main a[href*='/clients/']"),
    "endings": (reverse("endings:endings"), ""),
    "board": (reverse("endings:endings"), "main a[href*='/departures/']"),
    "ending": (
        reverse("desk:caseload"),
        "main table a[href*='/endings/']:not([href*='departures'])",
    ),
    "directory": (reverse("referrals:directory"), ""),
    "inbox": (reverse("reminders:inbox"), ""),
}


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:  # noqa: F811 -- as above
    if judges.lighthouse() is None:
        pytest.skip("no Lighthouse here: it needs npm and Node")
    with Server(folder, DEMO_PASSWORD=PASSWORD) as running:
        yield running


def signed_in(browser: Any, server: Server) -> tuple[str, dict[str, str]]:
    """Sign Marta in and find the main pages; return her cookies and the addresses."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.address}/account/login/")
    printed = " ".join(server.lines).split()
    page.fill("[name=login]", next(word for word in printed if word.startswith("marta@")))
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").first.click()
    assert "/login/" not in page.url
    addresses = {"sign-in": f"{server.address}/account/login/"}
    for name, (start, link) in MAIN_PAGES.items():
        page.goto(server.address + start)
        if link:
            page.goto(page.locator(link).first.evaluate("one => one.href"))
        assert page.locator("h1").count() == 1, name
        addresses[name] = page.url
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
    context.close()
    return cookies, addresses


def report(url: str, cookies: str, home: Path) -> dict[str, Any]:
    """Return Lighthouse's report on one page; empty where its browser gave up."""
    command = judges.lighthouse()
    assert command is not None
    headers = home / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookies}) if cookies else "{}")
    words = [
        url,
        "--quiet",
        "--output=json",
        f"--extra-headers={headers}",
        f"--only-categories={','.join(LEAST)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    done = subprocess.run(  # noqa: S603 -- pinned with integrity
        [*command, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        env={**os.environ, "CHROME_PATH": chromium.find() or ""},
    )
    told: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return told


def scores(told: dict[str, Any]) -> dict[str, int]:
    """Return the score of each category out of 100; 0 where it could not be given."""
    given = told.get("categories", {})
    return {name: round(100 * (given.get(name, {}).get("score") or 0)) for name in LEAST}


def what_costs(told: dict[str, Any]) -> dict[str, Any]:
    """Return the audits of a report that are not perfect and count."""
    if not told:
        return {"Lighthouse": "gave up"}
    weighed = {
        one["id"]
        for name in LEAST
        for one in told["categories"][name]["auditRefs"]
        if one["weight"]
    }
    return {
        name: audit.get("displayValue") or str(audit.get("details", {}).get("items"))[:400]
        for name, audit in told["audits"].items()
        if name in weighed and audit["score"] is not None and audit["score"] < 0.9
    }


def judged(url: str, cookies: str, home: Path) -> tuple[dict[str, int], dict[str, Any]]:
    """Return the best scores of a few tries, and what cost the rest in the last one."""
    best = dict.fromkeys(LEAST, 0)
    told: dict[str, Any] = {}
    for _ in range(TRIES):
        told = report(url, cookies, home)
        best = {name: max(best[name], score) for name, score in scores(told).items()}
        if all(best[name] >= LEAST[name] for name in LEAST):
            break
    return best, what_costs(told)


def test_lighthouse_is_content_with_the_main_pages(
    browser: Any, server: Server, tmp_path: Path, record_property: Any
) -> None:
    cookies, addresses = signed_in(browser, server)
    below = {}
    for name, url in addresses.items():
        best, costs = judged(url, "" if name == "sign-in" else cookies, tmp_path)
        record_property("found", f"Lighthouse, {name}: {list(best.values())}")
        if any(best[category] < least for category, least in LEAST.items()):
            below[name] = best, costs
    assert below == {}
