"""The judges of pages that come from the npm registry: Lighthouse and the Nu HTML checker.

Pinned with integrity in script/judges/; installed into .tools/, which git ignores. Lighthouse needs Node, the
checker Java; where one is missing its tests are skipped, and `script/test --long` says so.
"""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "script" / "judges"
HOME = ROOT / ".tools"
LIGHTHOUSE = HOME / "node_modules" / "lighthouse" / "cli" / "index.js"
CHECKER = HOME / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
OLDEST_NODE = 18
OLDEST_JAVA = 11


def missing() -> list[str]:
    """Return one sentence for each judge that cannot work on this machine."""
    sentences = []
    if version("node", "--version") < OLDEST_NODE or not shutil.which("npm"):
        sentences.append(
            f"Lighthouse and the HTML checker are skipped: they need npm and Node {OLDEST_NODE}."
        )
    elif version("java", "-version") < OLDEST_JAVA:
        sentences.append(f"The HTML checker is skipped: it needs Java {OLDEST_JAVA}.")
    return sentences


def lighthouse() -> list[str] | None:
    """Return the command that starts Lighthouse; None where it was not installed."""
    if LIGHTHOUSE.exists() and version("node", "--version") >= OLDEST_NODE:
        return ["node", str(LIGHTHOUSE)]
    return None


def checker() -> list[str] | None:
    """Return the command that starts the HTML checker; None where it was not installed or Java is missing."""
    if CHECKER.exists() and version("java", "-version") >= OLDEST_JAVA:
        return ["java", "-Xss2m", "-jar", str(CHECKER)]
    return None


def version(program: str, word: str) -> int:
    """Return the main version of a program of this machine; 0 where it is missing."""
    if not shutil.which(program):
        return 0
    said = subprocess.run([program, word], capture_output=True, text=True, check=False)
    found = re.search(r"\d+", said.stdout or said.stderr)
    return int(found.group()) if found and said.returncode == 0 else 0


def install() -> bool:
    """Fill .tools/ from the lock file, unless it was; say whether everything is there that can be."""
    for sentence in missing():
        print(sentence, flush=True)
    if not version("node", "--version") or not shutil.which("npm"):
        return True
    marker = HOME / "filled-from"
    lock = hashlib.sha256((PINNED / "package-lock.json").read_bytes()).hexdigest()
    if marker.exists() and marker.read_text() == lock:
        return True
    HOME.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINNED / name, HOME / name)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"]
    if subprocess.call(["npm", "ci", *quiet], cwd=HOME, stdin=subprocess.DEVNULL) != 0:
        print("Lighthouse and the HTML checker could not be installed. Is there a network?")
        return False
    marker.write_text(lock)
    return True
