"""The project's own environment, `.venv`: made from the lock files with hashes, then entered.

Standard library only, and readable by older Pythons, so that they too get one clear sentence.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator  # noqa: UP035 -- an older Python must get as far as its sentence

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
OLDEST, NEWEST = (3, 11), (3, 13)
LOCKS = ("app", "dev")  # each holds everything of the one before it


def enter(lock: str) -> None:
    """Go on inside `.venv`: make it if need be, and start this very command again with its Python.

    Returns once inside, with everything of requirements/<lock>.txt there and the project on the path.
    """
    refuse_this_machine()
    if not satisfied(lock):
        with one_at_a_time():
            if not satisfied(lock):
                make(lock)
    if Path(sys.prefix).resolve() != HOME.resolve():
        os.execv(str(PYTHON), [str(PYTHON), *sys.argv])  # noqa: S606 -- no shell is meant
    sys.path[0] = str(ROOT)


def refuse_this_machine() -> None:
    """End with one sentence on anything but Linux x86-64 with glibc and Python 3.11 to 3.13."""
    here = f"{platform.system()} {platform.machine()}"
    if here != "Linux x86_64":
        sys.exit(f"This runs on Linux x86-64; here is {here}.")
    if platform.libc_ver()[0] != "glibc":
        sys.exit(
            "This needs a Linux with glibc (Debian, Ubuntu, Fedora …); here is another C library."
        )
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"This needs Python 3.11 to 3.13; here is {platform.python_version()}."
            f" With another one installed: python3.12 {sys.argv[0]}"
        )


def satisfied(lock: str) -> bool:
    """Say whether `.venv` was filled from the lock file as it is now, by a Python that is still there."""
    return (
        PYTHON.exists() and marker(lock).exists() and marker(lock).read_text() == fingerprint(lock)
    )


def marker(lock: str) -> Path:
    return HOME / f"filled-from-{lock}"


def fingerprint(lock: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{lock}.txt").read_bytes()).hexdigest()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second start wait until the first has made the environment; a lock file serves as the lock."""
    with (ROOT / "requirements" / "app.txt").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(lock: str) -> None:
    """Create `.venv` where it is missing or broken, and install the lock file with its hashes."""
    if not works():
        say(f"Making the environment .venv with Python {platform.python_version()}")
        shutil.rmtree(str(HOME), ignore_errors=True)
        debian = f"apt-get install python3.{sys.version_info[1]}-venv"
        run([base_python(), "-m", "venv", str(HOME)], hint=f"On Debian or Ubuntu: {debian}")
    say(f"Installing requirements/{lock}.txt; this happens once and takes a minute")
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check", "--no-input"]
    wanted = ["--require-hashes", "-r", str(ROOT / "requirements" / f"{lock}.txt")]
    run(
        [str(PYTHON), "-m", "pip", "install", *quiet, *wanted],
        hint="Is there a network?",
    )
    for name in LOCKS[: LOCKS.index(lock) + 1]:
        marker(name).write_text(fingerprint(name))


def works() -> bool:
    """Say whether `.venv` has a Python that runs: the one it was made with may be gone."""
    if not PYTHON.exists():
        return False
    return subprocess.call([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0


def base_python() -> str:
    """Return the Python below any environment: one made inside another breaks when that one goes."""
    return getattr(sys, "_base_executable", None) or sys.executable


def run(command: "list[str]", *, hint: str) -> None:
    if subprocess.call(command, cwd=str(ROOT), stdin=subprocess.DEVNULL) != 0:
        sys.exit(f"The environment could not be made. {hint}")


def say(line: str) -> None:
    print(line, flush=True)
