"""The pictures of the README: a person at a browser in front of the demonstration practice."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from script import chromium

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SERVER = ROOT / "script" / "server"
THERAPIST = "marta@linden.example"
LARGEST = 300_000  # bytes; a README is read on slow lines too
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
BOARD = re.compile(r"/endings/departures/[0-9a-f-]{36}/$")
ENDING = re.compile(r"/endings/[0-9a-f-]{36}/$")
OPTIONS = re.compile(r"/directory/options/[0-9a-f-]{36}/$")


class NotThere(RuntimeError):
    """The practice shows no page of the kind that a picture needs."""


@dataclass(frozen=True)
class Demonstration:
    """A demonstration practice that is up, and the password of its people."""

    address: str
    password: str


def take(*, address: str | None) -> int:
    """Take all pictures; return the exit status."""
    browser_path = chromium.find_or_install()
    if browser_path is None:
        print("There is no Chromium here and none could be installed.", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with practice(address) as shown, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--hide-scrollbars"]
        )
        try:
            take_all(browser, shown)
        except NotThere as fault:
            print(f"script/screenshots: {fault}", file=sys.stderr)
            return 1
        finally:
            browser.close()
    return 0


def take_all(browser: Browser, shown: Demonstration) -> None:
    desk = signed_in(browser, shown, DESKTOP)
    open_board(desk)
    save(desk, "board")
    open_options(desk)
    save(desk, "options")
    save(signed_in(browser, shown, PHONE), "today")


@contextmanager
def practice(address: str | None) -> Iterator[Demonstration]:
    """Give the practice at `address`, else one that is up for as long as the block."""
    if address:
        yield Demonstration(address.rstrip("/"), os.environ.get("DEMO_PASSWORD", ""))
        return
    home = Path(tempfile.mkdtemp(prefix="practice-pictures-"))
    home.chmod(0o755)  # as root, PostgreSQL's account has to come in
    command = [sys.executable, str(SERVER), "--port", "0", "--data", str(home / "data")]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                yield announced(server)
            finally:
                server.send_signal(signal.SIGTERM)
                server.communicate()
    finally:
        shutil.rmtree(home)


def announced(server: "subprocess.Popen[str]") -> Demonstration:
    """Read what the start prints until it says where it can be opened."""
    password = ""
    for line in server.stdout or ():
        print(line, end="", flush=True)
        if line.startswith("Password"):
            password = line.split()[-1]
        if line.startswith("Open "):
            return Demonstration(line.split()[1], password)
    sys.exit("script/screenshots: script/server did not start; its last line says why.")


def signed_in(browser: Browser, shown: Demonstration, size: dict[str, int]) -> Page:
    """Return a page on which the therapist has signed in by the door: Today."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="light",
        locale="en-GB",
        base_url=shown.address,
    )
    page = context.new_page()
    page.goto("/account/login/")
    page.fill("[name=login]", THERAPIST)
    page.fill("[name=password]", shown.password)
    page.locator("main form button").first.click()
    page.goto("/today/")
    if "/account/login/" in page.url:
        raise NotThere(f"{THERAPIST} could not sign in; is DEMO_PASSWORD right?")
    return page


def open_board(page: Page) -> None:
    page.goto("/today/")
    page.goto(first_of(links(page, BOARD), "board"))


def open_options(page: Page) -> None:
    """Open the options of the first ending that has some."""
    page.goto("/endings/")
    for ending in links(page, ENDING):
        page.goto(ending)
        for options in links(page, OPTIONS):
            page.goto(options)
            return
    raise NotThere("There is no page of options in this practice.")


def links(page: Page, pattern: re.Pattern[str]) -> list[str]:
    """Return the addresses on the page that match, each once, in the order of the page."""
    every = page.locator("a[href]").evaluate_all("all => all.map(one => one.pathname)")
    return [path for path in dict.fromkeys(every) if pattern.search(path)]


def first_of(paths: list[str], what: str) -> str:
    if not paths:
        raise NotThere(f"There is no {what} in this practice.")
    return paths[0]


def save(page: Page, name: str) -> None:
    """Save what the window shows as docs/pictures/<name>.png."""
    page.wait_for_load_state("networkidle")
    file = PICTURES / f"{name}.png"
    size = len(page.screenshot(path=file, animations="disabled"))
    if size > LARGEST:
        raise NotThere(f"{file.name} has {size} bytes, more than the {LARGEST} it may have.")
    print(f"{file.relative_to(ROOT)}  {size // 1000} kB", flush=True)
