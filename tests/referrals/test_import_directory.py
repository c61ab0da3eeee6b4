"""Import: what is new is written, what is the same is not, what is gone stays for a person to say."""

from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Role
from core.clock import now
from core.errors import RuleBroken
from referrals.models import (
    Address,
    Contact,
    DirectoryImport,
    DirectoryIssue,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    SearchEntry,
    Service,
    ServiceAtLocation,
    Source,
)
from referrals.operations import import_directory as module
from referrals.operations.import_directory import import_directory
from referrals.operations.search import search_services
from referrals.readers import reader_for
from tests.accounts.factories import UserFactory
from tests.referrals.test_readers import HEADER, ROW, mental_health

THIRDPARTY = Path(settings.BASE_DIR) / "thirdparty"


def take(path: Path, **options: object) -> DirectoryImport:
    reader = reader_for(path)
    assert reader is not None
    return import_directory(reader=reader, by=None, at=now(), **options)  # type: ignore[arg-type]


def counted(run: DirectoryImport) -> tuple[int, int, int, int, int]:
    return run.new, run.changed, run.same, run.skipped, run.rejected


@pytest.mark.django_db
def test_the_ohana_directory_comes_in_whole() -> None:
    run = take(THIRDPARTY / "ohana")
    assert counted(run) == (195, 0, 0, 0, 0)
    tables = [Organization, Location, Service, ServiceAtLocation, Address, Contact, Phone]
    assert [model.objects.count() for model in tables] == [8, 22, 23, 23, 42, 31, 54]
    assert (Schedule.objects.count(), Language.objects.count()) == (15, 32)
    assert run.counts["remarks"] == {"phone_as_written": 4, "hours_as_written": 1}
    assert SearchEntry.objects.count() == 23


@pytest.mark.django_db
def test_an_ohana_entry_says_what_the_source_said() -> None:
    take(THIRDPARTY / "ohana")
    entry = SearchEntry.objects.get(service__name="Fair Oaks Adult Activity Center")
    assert entry.offer["whose"] == "Peninsula Family Service"
    assert entry.offer["where"] == "2600 Middlefield Road, Redwood City, CA 94063"
    assert entry.offer["phones"] == ["650 780-7525"]
    assert entry.offer["languages"] == ["es", "tl"]
    assert entry.offer["hours"][0]["said"] == "Monday 9am – 03:00"
    assert entry.service.extra["keywords"].startswith("ADULT PROTECTION")
    assert entry.accepting == "unknown"


@pytest.mark.django_db
def test_a_second_run_changes_nothing() -> None:
    take(THIRDPARTY / "ohana")
    before = list(Service.objects.order_by("pk").values())
    entries = set(SearchEntry.objects.values_list("pk", flat=True))
    again = take(THIRDPARTY / "ohana")
    assert counted(again) == (0, 0, 195, 0, 0)
    assert again.missing == 0
    assert list(Service.objects.order_by("pk").values()) == before
    assert set(SearchEntry.objects.values_list("pk", flat=True)) == entries


@pytest.mark.django_db
def test_a_preview_counts_and_writes_nothing() -> None:
    run = take(THIRDPARTY / "ohana", dry_run=True)
    assert (run.new, run.state) == (195, DirectoryImport.State.PREVIEW)
    assert run.applied_at is None
    assert not Organization.objects.exists()
    assert not SearchEntry.objects.exists()


@pytest.mark.django_db
def test_what_changed_is_written_and_what_vanished_below_it_goes(tmp_path: Path) -> None:
    with_two = ROW.replace(",,,,http://,", ",Intakes,860-567-9423 x303,,http://,")
    take(mental_health(tmp_path, with_two))
    assert Phone.objects.count() == 2
    run = take(mental_health(tmp_path, ROW.replace("x301", "x302")))
    assert counted(run) == (0, 1, 0, 0, 0)
    assert [phone.extension for phone in Phone.objects.all()] == ["302"]
    assert SearchEntry.objects.get().offer["phones"] == ["860-276-3000 x302"]


@pytest.mark.django_db
def test_a_phone_that_vanished_alone_is_a_change(tmp_path: Path) -> None:
    with_two = ROW.replace(",,,,http://,", ",Intakes,860-567-9423 x303,,http://,")
    take(mental_health(tmp_path, with_two))
    assert counted(take(mental_health(tmp_path, ROW))) == (0, 1, 0, 0, 0)
    assert Phone.objects.count() == 1


@pytest.mark.django_db
def test_what_is_no_longer_there_is_counted_and_kept(tmp_path: Path) -> None:
    other = ROW.replace("60 Westwood", "61 Westwood")
    take(mental_health(tmp_path, ROW, other))
    assert take(mental_health(tmp_path, ROW)).missing == 1
    assert Service.objects.count() == 2


@pytest.mark.django_db
def test_a_changed_organisation_is_found_by_its_new_name(tmp_path: Path) -> None:
    folder = tmp_path / "ohana"
    folder.mkdir()
    for path in (THIRDPARTY / "ohana").glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    take(folder)
    organizations = folder / "organizations.csv"
    text = organizations.read_text()
    organizations.write_text(text.replace("Peninsula Volunteers,,,", "Shoreline Volunteers,,,"))
    run = take(folder)
    assert (run.new, run.changed) == (0, 1)
    assert search_services("Shoreline").count() > 0


@pytest.mark.django_db
def test_too_long_a_text_is_cut_and_kept_whole_beside_it(tmp_path: Path) -> None:
    take(mental_health(tmp_path, ROW.replace("Care Inc", "C" * 400)))
    service = Service.objects.get()
    assert service.name == "C" * 300
    assert service.extra["_raw"]["name"] == "C" * 400


@pytest.mark.django_db
def test_rows_with_a_reason_are_kept_with_file_and_line(tmp_path: Path) -> None:
    run = take(mental_health(tmp_path, f"{ROW},more", ROW))
    issue = run.issues.get(weight=DirectoryIssue.Weight.REJECTED)
    assert (issue.file, issue.line, issue.code) == ("mental_health.csv", 2, "ragged")


@pytest.mark.django_db
def test_all_remarks_are_counted_and_some_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ISSUES_KEPT", 2)
    run = take(mental_health(tmp_path, *[ROW] * 5))
    assert run.skipped == run.counts["remarks"]["repeated"] == 4
    assert run.issues.filter(code="repeated").count() == 2


@pytest.mark.django_db
def test_rows_are_the_same_in_small_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINES_AT_ONCE", 7)
    read: list[int] = []
    assert counted(take(THIRDPARTY / "ohana", progress=read.append)) == (195, 0, 0, 0, 0)
    assert read == sorted(read)
    assert read[-1] == 195 + 5  # rows and the remarks beside them


@pytest.mark.django_db
def test_a_file_that_breaks_off_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINES_AT_ONCE", 1)
    path = mental_health(tmp_path, ROW)
    (path / "substance.csv").write_bytes(f"{HEADER.replace(',phone', '')}\n\x81".encode("latin-1"))
    # The second table is not even recognised; the first one alone is taken.
    assert take(path).new == 1
    broken = reader_for(path)
    assert broken is not None
    broken.files[0].write_bytes(b"")
    with pytest.raises(RuleBroken):
        import_directory(reader=Breaking(broken), by=None, at=now())
    assert Service.objects.count() == 1


class Breaking:
    """A reader whose file ends in the middle."""

    def __init__(self, reader: object) -> None:
        self.about = reader.about  # type: ignore[attr-defined]
        self.files = reader.files  # type: ignore[attr-defined]

    def read(self):
        from referrals.readers import Kind, Line, Thing, Unreadable

        house = Thing(Kind.ORGANIZATION, "1", {"name": "House"})
        talks = Thing(Kind.SERVICE, "1", {"name": "Talks"}, {"organization": "1"})
        yield Line("rows.csv", 2, (talks, house))
        raise Unreadable("rows.csv", 3, "no_table")


@pytest.mark.django_db
def test_only_a_directory_admin_imports() -> None:
    reader = reader_for(THIRDPARTY / "ohana")
    assert reader is not None
    with pytest.raises(RuleBroken):
        import_directory(reader=reader, by=UserFactory.create(), at=now())
    admin = UserFactory.create(roles=[Role.DIRECTORY_ADMIN])
    run = import_directory(reader=reader, by=admin, at=now())
    assert (run.started_by, run.new) == (admin, 195)
    assert Source.objects.get().licence == "BSD-3-Clause"
