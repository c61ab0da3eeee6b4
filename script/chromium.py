"""A Chromium for the browser tests: one that is there, or one that can be installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of an installed Chromium; CHROMIUM says which."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    return next((path for path in map(shutil.which, NAMES) if path), playwrights_own())


def find_or_install() -> str | None:
    """Return the path of a Chromium that starts; None when there is none to be had."""
    path = find() or installed_by_debian() or installed_by_playwright()
    return path if path and starts(path) else None


def starts(path: str) -> bool:
    """Say whether it runs at all: a library may be missing."""
    tried = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    print(tried.stdout.strip() or tried.stderr.strip(), flush=True)
    return tried.returncode == 0


def installed_by_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call(["apt-get", "update", "-q"], env=quiet, stdin=subprocess.DEVNULL)
    wanted = [
        "apt-get",
        "install",
        "-y",
        "-q",
        "--no-install-recommends",
        "chromium",
        "fonts-dejavu-core",
    ]
    subprocess.call(wanted, env=quiet, stdin=subprocess.DEVNULL)
    return shutil.which("chromium")


def installed_by_playwright() -> str | None:
    subprocess.call(
        [sys.executable, "-m", "playwright", "install", "chromium"], stdin=subprocess.DEVNULL
    )
    return playwrights_own()


def playwrights_own() -> str | None:
    """Return where Playwright keeps a Chromium, if it has one."""
    home = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(home) if home else Path.home() / ".cache" / "ms-playwright"
    found = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    return str(found[-1]) if found else None
