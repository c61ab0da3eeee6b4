"""What the one box finds: clients one may see, people, pages and the directory, each group scoped as its own pages are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from caseload.models import Client
from core.addresses import address_by_key
from core.dates import listed
from core.likeness import AS_WRITTEN, alike, words_in
from desk.pages import pages_called
from referrals.operations.search import search_services

Kind = Literal["clients", "people", "pages", "directory"]
KINDS: Final[tuple[Kind, ...]] = ("clients", "people", "pages", "directory")
TITLES: Final[dict[Kind, str | Promise]] = {
    "clients": gettext_lazy("Clients"),
    "people": gettext_lazy("People"),
    "pages": gettext_lazy("Pages"),
    "directory": gettext_lazy("Directory"),
}
SHORTEST: Final = 2  # letters; one finds half the practice
FEW: Final = (
    3  # as in the directory: with fewer that are written so, those nearly spelled so are shown, too
)


@dataclass(frozen=True)
class Hit:
    """One line: where it leads, what it is called, and what tells it from its namesakes. `lang` where known."""

    url: str
    name: str
    aside: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Group:
    """What was found of one kind: the first ones, and how many there are; `is_near` where none is written so."""

    kind: Kind
    hits: Sequence[Hit] = field(default_factory=list)
    count: int = 0
    is_near: bool = False

    @property
    def title(self) -> str:
        return str(TITLES[self.kind])

    @property
    def has_more(self) -> bool:
        return self.count > len(self.hits)


def find(said: str, *, by: User, how_many: int, only: str = "") -> list[Group]:
    """Return what `said` finds, the kinds in the order of KINDS, those without a hit left out.

    Nothing is logged: that somebody is a client is said only to who may know it, and their file stays shut.
    """
    words = words_in(said)
    if len("".join(words)) < SHORTEST:
        return []
    seekers = {
        "clients": clients_called,
        "people": people_called,
        "pages": pages_for,
        "directory": services_called,
    }
    wanted = [kind for kind in KINDS if only in ("", kind)]
    groups = [seekers[kind](words, by, how_many) for kind in wanted]
    return [group for group in groups if group.hits]


def clients_called(words: list[str], by: User, how_many: int) -> Group:
    rows = alike(Client.objects.visible_to(by), words, ["name", "known_as", "code"])
    found = list(rows.only("name", "known_as", "code", "sort_key")[:how_many])
    address = address_by_key("desk:client")
    return group_of("clients", found, [client_hit(row, address(row.pk)) for row in found])


def client_hit(row: Client, url: str) -> Hit:
    whole = row.name if row.known_as and row.known_as != row.name else ""
    return Hit(url, row.called, " · ".join(filter(None, (whole, row.code))))


def people_called(words: list[str], by: User, how_many: int) -> Group:
    """Colleagues by name or address: a practice admin opens their page, everybody else can write to them."""
    is_admin = by.holds(Role.PRACTICE_ADMIN)
    everybody = User.objects.all() if is_admin else User.objects.who_work_here()
    rows = alike(everybody, words, ["name", "email"]).prefetch_related("roles_held")
    found = list(rows[:how_many])
    return group_of("people", found, [person_hit(row, is_admin=is_admin) for row in found])


def person_hit(row: User, *, is_admin: bool) -> Hit:
    roles = listed([str(Role(role).label) for role in row.roles]) if row.roles else ""
    gone = "" if row.may_come_in else _("Access ended")
    url = reverse("accounts:person", args=[row.pk]) if is_admin else ""
    if not url and row.email:
        url = f"mailto:{row.email}"
    return Hit(url, row.name, " · ".join(filter(None, (roles, gone, row.email or ""))))


def group_of(kind: Kind, found: Sequence[User | Client], hits: list[Hit]) -> Group:
    """Return a group of rows that `alike` has brought; those nearly spelled so only where few are written so."""
    if not found:
        return Group(kind)
    first = found[0]
    written: int = first.found_as_written  # type: ignore[union-attr]
    if written < FEW:
        return Group(kind, hits, first.found_all, is_near=not written)  # type: ignore[union-attr]
    pairs = zip(found, hits, strict=True)
    kept = [hit for row, hit in pairs if row.likeness >= AS_WRITTEN]  # type: ignore[union-attr]
    return Group(kind, kept, written)


def pages_for(words: list[str], by: User, how_many: int) -> Group:
    found = pages_called(words, by.roles)
    hits = [Hit(reverse(page.name), str(page.label)) for page in found[:how_many]]
    return Group("pages", hits, len(found))


def services_called(words: list[str], by: User, how_many: int) -> Group:
    entries = search_services(" ".join(words))
    columns = ("service_id", "offer", "city", "service__overlay__do_not_refer")
    shown = list(entries.values_list(*columns)[:how_many])
    address = address_by_key("referrals:service")
    hits = []
    for key, offer, city, is_avoided in shown:
        parts = (offer["whose"], city, _("Do not refer") if is_avoided else "")
        hits.append(
            Hit(address(key), offer["name"], " · ".join(filter(None, parts)), offer["lang"])
        )
    is_whole = len(hits) < how_many
    return Group("directory", hits, len(hits) if is_whole else entries.count())
