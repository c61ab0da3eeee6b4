"""What a server is set up with: units that systemd understands, and a proxy that takes what we take."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from config.servers.processes import PROJECT

UNITS = PROJECT / "config" / "servers" / "systemd"
NGINX = (PROJECT / "config" / "servers" / "nginx.conf").read_text()


@pytest.mark.parametrize("name", ["practice.service", "practice@web.service"])
def test_units_can_be_read_and_where_systemd_is_it_understands_them(
    name: str, tmp_path: Path
) -> None:
    """Three sections of names and values for every machine; systemd itself also knows the names."""
    unit = (UNITS / re.sub("@.*", "@.service", name)).read_text()
    read = ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd have capitals
    read.read_string(unit)
    assert read.sections() == ["Unit", "Service", "Install"]
    assert read["Service"]["ExecStart"].startswith(
        "/usr/bin/python3 /srv/practice/app/script/server"
    )
    assert all(
        re.fullmatch(r"[A-Z][A-Za-z]+", key) for part in read.sections() for key in read[part]
    )
    if shutil.which("systemd-analyze"):
        assert judged_by_systemd(name, unit, tmp_path) == (0, "", "")


def judged_by_systemd(name: str, unit: str, tmp_path: Path) -> tuple[int, str, str]:
    """Return what systemd says of a unit with an account and a program that this machine has."""
    unit = re.sub(r"(User|Group)=practice", r"\1=root", unit)
    unit = unit.replace("/usr/bin/python3 /srv/practice/app/script/server", "/bin/true")
    (tmp_path / name).write_text(unit)
    verify = ["systemd-analyze", "verify", "--recursive-errors=no", tmp_path / name]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)  # noqa: S603
    return done.returncode, done.stdout, done.stderr


def test_the_units_start_what_there_is() -> None:
    whole = (UNITS / "practice.service").read_text()
    part = (UNITS / "practice@.service").read_text()
    assert "script/server --no-demo --data /srv/practice/data" in whole
    assert "script/server --data /srv/practice/%i --only %i" in part
    for unit in (whole, part):
        assert "User=practice" in unit
        assert "NoNewPrivileges=yes" in unit


def test_the_proxy_shows_our_page_and_waits_longer_than_the_web() -> None:
    gunicorn = (PROJECT / "config" / "servers" / "gunicorn.py").read_text()
    patience = int(re.search(r"^timeout = (\d+)", gunicorn, re.MULTILINE)[1])  # type: ignore[index]
    assert int(re.search(r"proxy_read_timeout (\d+)s", NGINX)[1]) > patience  # type: ignore[index]
    assert "/maintenance.html" in NGINX
    assert "proxy_request_buffering on" in NGINX
    for header in ("Host", "X-Forwarded-Proto", "X-Forwarded-For"):
        assert f"proxy_set_header {header} " in NGINX
