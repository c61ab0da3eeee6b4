"""Who must know about an ending: every client of the work, and involved persons who must be told."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.utils.functional import Promise

from caseload.models import Client, InvolvedPerson
from endings.models import Ending, PersonToTell, Telling


@dataclass(frozen=True)
class Person:
    """Somebody to tell; `key` names them in forms and among those who were there."""

    key: str
    name: str
    kind: str | Promise
    must: bool
    client: Client | None = None
    involved: InvolvedPerson | None = None
    row: PersonToTell | None = None
    telling: Telling | None = None

    @property
    def is_told(self) -> bool:
        return self.telling is not None


def key_of(somebody: Client | InvolvedPerson) -> str:
    return f"{'client' if isinstance(somebody, Client) else 'involved'}:{somebody.pk}"


def people_to_tell(ending: Ending) -> list[Person]:
    """Return clients first, then involved persons; never who must never be told. Three queries.

    The list follows the facts of today: somebody who joined after the plan was made is on it too.
    """
    clients = clients_of(ending)
    rows = {_key_of_row(row): row for row in rows_of(ending)}
    people = [_person(client, rows) for client in clients]
    involved = InvolvedPerson.objects.filter(client__in=clients).order_by("name", "pk")
    known = [somebody for somebody in involved if _may_be_told(somebody, rows)]
    return people + [_person(somebody, rows) for somebody in known]


def must_never_know(ending: Ending) -> list[InvolvedPerson]:
    """Return whom a page has to warn about."""
    never = InvolvedPerson.objects.filter(told=InvolvedPerson.Told.NEVER)
    return list(never.filter(client__in=clients_of(ending)).order_by("name", "pk"))


def clients_of(ending: Ending) -> list[Client]:
    """Return the client of a part in a group, or everybody who takes part in the work."""
    if ending.participation_id:
        return [ending.client]
    staying = Q(participations__left_on=None) | Q(participations__left_on__gte=ending.opened_on)
    here = Client.objects.filter(staying, participations__episode=ending.episode_id).distinct()
    return list(here.by_name()) or [ending.client]


def rows_of(ending: Ending) -> Iterable[PersonToTell]:
    versions = Prefetch("tellings", Telling.objects.select_related("by", "session__room"))
    return ending.people_to_tell.select_related("client", "involved").prefetch_related(versions)


def list_people_to_tell(ending: Ending) -> None:
    """Write down those who must know and are not on the list yet."""
    missing = [person for person in people_to_tell(ending) if person.must and person.row is None]
    PersonToTell.objects.bulk_create(
        PersonToTell(ending=ending, client=person.client, involved=person.involved)
        for person in missing
    )


def row_of(ending: Ending, person: Person) -> PersonToTell:
    """Return the person's row on the list, written now where there was none."""
    return person.row or PersonToTell.objects.create(
        ending=ending, client=person.client, involved=person.involved, must=person.must
    )


def _key_of_row(row: PersonToTell) -> str:
    return key_of(row.client or row.involved)  # type: ignore[arg-type]  # a constraint: one of them


def _may_be_told(somebody: InvolvedPerson, rows: dict[str, PersonToTell]) -> bool:
    if somebody.told != InvolvedPerson.Told.NEVER:
        return True
    row = rows.get(key_of(somebody))
    return row is not None and standing_telling(row) is not None


def _person(somebody: Client | InvolvedPerson, rows: dict[str, PersonToTell]) -> Person:
    row = rows.get(key_of(somebody))
    telling = standing_telling(row) if row else None
    if isinstance(somebody, Client):
        name, kind, must = somebody.called, "", True
        return Person(key_of(somebody), name, kind, must, client=somebody, row=row, telling=telling)
    return Person(
        key_of(somebody),
        somebody.name,
        somebody.get_kind_display(),
        somebody.told == InvolvedPerson.Told.MUST or (row is not None and row.must),
        involved=somebody,
        row=row,
        telling=telling,
    )


def standing_telling(row: PersonToTell) -> Telling | None:
    """Return the newest version of the person's telling, unless it was taken back."""
    newest = newest_telling(row)
    return None if newest is None or newest.is_taken_back else newest


def newest_telling(row: PersonToTell) -> Telling | None:
    corrected = {telling.corrects_id for telling in row.tellings.all()}
    return next((one for one in row.tellings.all() if one.pk not in corrected), None)
