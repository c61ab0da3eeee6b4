"""Find services: by words in four languages, by letters where a word is misspelt, by nearness."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import connection
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    Expression,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    Value,
    When,
)
from django.db.models.functions import ASin, Cos, Power, Radians, Sin, Sqrt
from psycopg import sql

from core.names import folded
from referrals.geo import RADIUS_KM, Point, box_around
from referrals.models import Accepting, SearchEntry
from referrals.models.search import SearchEntryQuerySet
from referrals.synonyms import ideas_of

CONFIGURATIONS: Final = ("simple", "english", "dutch", "italian")
FEW: Final = 3
SHORTEST_BEGINNING: Final = 3
THRESHOLD, NEARLY = "pg_trgm.word_similarity_threshold", "0.45"
# Best for a referral first; what is not known stands between.
ORDER_OF_ROOM: Final = (
    Accepting.YES,
    Accepting.ASSESSMENT,
    Accepting.UNKNOWN,
    Accepting.WAITLIST,
    Accepting.NO,
)
Entries = SearchEntryQuerySet


@dataclass(frozen=True, slots=True)
class Near:
    """A town or postal code of the directory, and the middle of its entries where that is known."""

    town: str
    region: str
    point: Point | None

    @property
    def condition(self) -> Q:
        """Entries of this very town or postal code."""
        named = Q(city__iexact=self.town) | Q(postal_code__iexact=self.town)
        return named & Q(region=self.region)


def search_services(
    query: str = "",
    *,
    near: Near | None = None,
    within_km: float = 40,
    languages: tuple[str, ...] = (),
    new_clients: tuple[str, ...] = (),
) -> Entries:
    """Return entries, best first, each with `rank` and, with `near`, `distance_km`.

    Where fewer than three entries hold the words, those that nearly spell them are found too. What the
    practice does not refer to comes last, and is not left out: the page says why.
    """
    query = query.replace("\0", " ").strip()
    entries = SearchEntry.objects.filter(is_open=True)
    if languages:
        entries = entries.filter(languages__overlap=list(languages))
    if new_clients:
        entries = entries.filter(accepting__in=new_clients)
    if near:
        entries = within(entries, near, within_km)
    return in_order(matching(entries, query), near=near, query=query)


def matching(entries: Entries, query: str) -> Entries:
    """Keep what holds every idea of the query, else what nearly spells it, else what holds any of them."""
    if not query:
        return entries.annotate(rank=Value(0.0))
    every, some = words_of(query)
    exact = entries.filter(words=every)
    if len(exact.order_by()[:FEW].values_list("pk", flat=True)) >= FEW:
        return exact.annotate(rank=SearchRank(F("words"), every))
    alike = entries.filter(Q(words=every) | Q(plain__trigram_word_similar=folded(query)))
    if not alike.exists():
        return entries.filter(words=some).annotate(rank=SearchRank(F("words"), some))
    likeness = TrigramWordSimilarity(folded(query), "plain")
    held = When(words=every, then=Value(1.0) + SearchRank(F("words"), every) + likeness)
    return alike.annotate(rank=Case(held, default=likeness, output_field=FloatField()))


def words_of(query: str) -> tuple[SearchQuery, SearchQuery]:
    """Return the query as words: every idea, and any idea, in any of its words, by any of our stemmers.

    PostgreSQL is asked once what that comes to; written into the search itself, it would be worked out
    again for every row. On the way it hears how alike letters must be: two changed places are a typo.
    """
    ideas = ideas_of(query)
    wanted = [sql.SQL(" || ").join(map(by_any_stemmer, idea)) for idea in ideas]
    last = ideas[-1][0]
    if last.isalnum() and len(last) >= SHORTEST_BEGINNING:
        beginning = sql.SQL("to_tsquery('simple', {})").format(sql.Literal(f"{last}:*"))
        wanted[-1] = sql.SQL(" || ").join([wanted[-1], beginning])  # somebody is still typing
    ideas_wanted = [sql.SQL("({})").format(each) for each in wanted]
    every, some = sql.SQL(" && ").join(ideas_wanted), sql.SQL(" || ").join(ideas_wanted)
    asked = sql.SQL("select ({})::text, ({})::text, set_config({}, {}, true)")
    with connection.cursor() as cursor:
        told = asked.format(every, some, sql.Literal(THRESHOLD), sql.Literal(NEARLY))
        cursor.execute(told.as_string(cursor.connection))
        every_text, some_text, _said = cursor.fetchone()
        return WorkedOut(every_text), WorkedOut(some_text)


def by_any_stemmer(words: str) -> sql.Composable:
    stemmed = sql.SQL("phraseto_tsquery({}, unaccent({}))")
    return sql.SQL(" || ").join(
        stemmed.format(sql.Literal(each), sql.Literal(words)) for each in CONFIGURATIONS
    )


class WorkedOut(SearchQuery):
    """A text search query as PostgreSQL itself has written it."""

    template = "%(expressions)s::tsquery"


def in_order(entries: Entries, *, near: Near | None, query: str) -> Entries:
    room = Case(
        *(When(accepting=each, then=place) for place, each in enumerate(ORDER_OF_ROOM)),
        default=len(ORDER_OF_ROOM),
        output_field=IntegerField(),
    )
    avoided = Case(When(service__overlay__do_not_refer=True, then=1), default=0)
    preferred = Case(When(service__overlay__is_preferred=True, then=0), default=1)
    first: list[Any] = [avoided]
    first += [F("distance_km").asc(nulls_first=True)] if near else []
    first += ["-rank"] if query else []
    newest = F("checked_on").desc(nulls_last=True)
    return entries.order_by(*first, preferred, room, newest, "service__name", "pk")


def within(entries: Entries, near: Near, km: float) -> Entries:
    """Keep entries within `km`, with `distance_km`; those without a point if they are in the same town."""
    same_town = Q(latitude=None) & near.condition
    if near.point is None:
        return entries.filter(near.condition).annotate(distance_km=Value(None, FloatField()))
    box = box_around(near.point, km)
    in_the_box = Q(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east))
    distance = Case(When(latitude__isnull=False, then=distance_from(near.point)))
    return (
        entries.filter(in_the_box | same_town)
        .annotate(distance_km=distance)
        .filter(Q(distance_km__lte=km) | Q(distance_km=None))
    )


def distance_from(near: Point) -> Expression:
    """Return the great-circle distance in kilometres (haversine)."""
    here_latitude, here_longitude = Radians(Value(near.latitude)), Radians(Value(near.longitude))
    up = Power(Sin((Radians("latitude") - here_latitude) / 2.0), 2)
    along = Power(Sin((Radians("longitude") - here_longitude) / 2.0), 2)
    half = Sqrt(up + Cos(here_latitude) * Cos(Radians("latitude")) * along)
    arc = ASin(Func(Value(1.0), half, function="least"))
    return Func(
        Value(2 * RADIUS_KM),
        arc,
        template="(%(expressions)s)",
        arg_joiner=" * ",
        output_field=FloatField(),
    )


def find_place(place: str) -> Near | None:
    """Return the town (“Waterbury, CT”) or postal code that `place` names in the directory; nothing if unknown.

    No address of a client is ever looked up, here or elsewhere. Of towns with one name the one with
    the most entries is meant.
    """
    town, _comma, region = (part.strip() for part in place.partition(","))
    here = Q(postal_code__iexact=town) | Q(city__iexact=town)
    if region:
        here &= Q(region__iexact=region)
    found = (
        SearchEntry.objects.filter(here)
        .values("region")
        .annotate(north=Avg("latitude"), east=Avg("longitude"), many=Count("pk"))
        .order_by("-many", "region")
        .first()
    )
    if not town or found is None:
        return None
    known = found["north"] is not None
    return Near(town, found["region"], Point(found["north"], found["east"]) if known else None)


def languages_there() -> list[str]:
    """Return the codes of all languages that the directory says are spoken somewhere."""
    spoken = Func(F("languages"), function="unnest", output_field=CharField())
    return sorted(set(SearchEntry.objects.values_list(spoken, flat=True).distinct()))
