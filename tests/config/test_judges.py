"""What comes from the npm registry for script/test --long: pinned, and missed aloud."""

import json

import pytest

from script import judges


def test_every_package_is_pinned_with_integrity_and_no_address() -> None:
    lock = json.loads((judges.PINNED / "package-lock.json").read_text())
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, told in packages.items() if not told.get("integrity")] == []
    assert [name for name, told in packages.items() if "resolved" in told] == []
    wanted = json.loads((judges.PINNED / "package.json").read_text())["dependencies"]
    assert all(version[0].isdigit() for version in wanted.values())


def test_a_machine_without_node_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert judges.install()
    assert "Lighthouse and the HTML checker are skipped" in capsys.readouterr().out
    assert judges.lighthouse() is None
    assert judges.checker() is None


def test_a_machine_without_java_misses_the_checker_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"node": 20, "java": 0}
    monkeypatch.setattr(judges, "version", lambda program, _word: versions[program])
    monkeypatch.setattr(judges.shutil, "which", lambda program: program)
    assert judges.missing() == ["The HTML checker is skipped: it needs Java 11."]
    assert judges.checker() is None
