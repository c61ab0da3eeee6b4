"""Rebuild what the search reads, in one statement. Whoever changes the directory calls this."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import connection

from referrals.models import SearchEntry

# Stemmers exist for en, nl and it; Polish and everything else go by plain words and letters
# (decision 11). Every text is also indexed as plain words, so that a name is found as it is written.
REBUILD: Final = """
with told as (
  select s.id as service_id, at.id as at_location_id, s.lang,
         (case split_part(s.lang, '-', 1)
            when 'en' then 'english' when 'nl' then 'dutch' when 'it' then 'italian'
            else 'simple' end)::regconfig as stems,
         unaccent(concat_ws(' ', s.name, s.alternate_name)) as name,
         unaccent(concat_ws(' ', o.name, o.alternate_name,
                            case when not coalesce(l.is_confidential, false) then
                              concat_ws(' ', l.name, l.alternate_name) end)) as whose,
         unaccent(concat_ws(' ', s.description, s.eligibility_description, s.extra->>'keywords',
                            s.extra->>'audience')) as what,
         unaccent(concat_ws(' ', spoken.names,
                            case when not coalesce(l.is_confidential, false) then
                              concat_ws(' ', a.city, a.region, a.state_province, a.postal_code)
                            end)) as place,
         a.city, a.state_province, a.postal_code, l.latitude, l.longitude,
         coalesce(l.is_confidential, false) as hidden,
         coalesce(spoken.codes, '{}') as languages,
         s.status not in ('inactive', 'defunct') as is_open,
         coalesce(room.accepting, 'unknown') as accepting, room.on as accepting_on, looked.on as checked_on
    from referrals_service s
    join referrals_organization o on o.id = s.organization_id
    left join referrals_serviceatlocation at on at.service_id = s.id
    left join referrals_location l on l.id = at.location_id
    left join lateral (
      select city, region, state_province, postal_code from referrals_address
       where location_id = l.id and address_type = 'physical' order by position, id limit 1
    ) a on true
    left join lateral (
      select string_agg(distinct name, ' ') as names,
             array_agg(distinct code) filter (where code <> '') as codes
        from referrals_language where service_id = s.id or location_id = l.id
    ) spoken on true
    left join lateral (
      select accepting, "on" from referrals_newclients
       where service_id = s.id order by "on" desc, recorded_at desc limit 1
    ) room on true
    left join lateral (
      select max("on") as "on" from referrals_verification
       where service_id = s.id and outcome in ('confirmed', 'changed')
    ) looked on true
   where s.id = any (%s)
)
insert into referrals_searchentry
  (id, service_id, at_location_id, lang, words, plain, city, region, postal_code, languages,
   latitude, longitude, is_open, accepting, accepting_on, checked_on)
select gen_random_uuid(), service_id, at_location_id, lang,
       setweight(to_tsvector(stems, name), 'A') || setweight(to_tsvector('simple', name), 'A')
       || setweight(to_tsvector('simple', whose), 'B')
       || setweight(to_tsvector(stems, what), 'C') || setweight(to_tsvector('simple', what), 'C')
       || setweight(to_tsvector('simple', place), 'D'),
       lower(concat_ws(' ', name, whose, left(what, 200), place)),
       case when hidden then '' else coalesce(city, '') end,
       case when hidden then '' else coalesce(state_province, '') end,
       case when hidden then '' else coalesce(postal_code, '') end,
       languages,
       case when not hidden then latitude end, case when not hidden then longitude end,
       is_open, accepting, accepting_on, checked_on
  from told
"""

AFFECTED: Final = """
select id from referrals_service where id = any (%s) or organization_id = any (%s)
union
select service_id from referrals_serviceatlocation where location_id = any (%s)
"""


def refresh_search(services: Sequence[UUID]) -> None:
    """Make the entries of these services say what the directory says now."""
    if not services:
        return
    SearchEntry.objects.filter(service__in=services).delete()
    with connection.cursor() as cursor:
        cursor.execute(REBUILD, [list(services)])


def services_touched(
    *, services: Iterable[UUID], organizations: Iterable[UUID], locations: Iterable[UUID]
) -> list[UUID]:
    """Return every service whose entry says something about one of these."""
    with connection.cursor() as cursor:
        cursor.execute(AFFECTED, [list(services), list(organizations), list(locations)])
        return [row[0] for row in cursor.fetchall()]
