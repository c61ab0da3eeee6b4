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
  select s.*, at.id as at_location_id, l.id as location_id, o.name as whose,
         concat_ws(' ', o.name, o.alternate_name) as organization_names, o.website as organization_website,
         (case split_part(s.lang, '-', 1)
            when 'en' then 'english' when 'nl' then 'dutch' when 'it' then 'italian'
            else 'simple' end)::regconfig as stems,
         coalesce(l.is_confidential, false) as hidden, coalesce(l.location_type = 'virtual', false) as virtual,
         concat_ws(' ', l.name, l.alternate_name) as location_names, l.latitude, l.longitude,
         a.city, a.region, a.state_province, a.postal_code,
         concat_ws(', ', nullif(a.address_1, ''), nullif(a.address_2, ''), nullif(a.city, ''),
                   nullif(concat_ws(' ', nullif(a.state_province, ''), nullif(a.postal_code, '')), '')) as line,
         s.status in ('inactive', 'defunct') as is_gone,
         coalesce(room.accepting, 'unknown') as accepting, room.on as accepting_on,
         coalesce(nullif(room.note, ''), s.wait_time) as wait, looked.on as checked_on
    from referrals_service s
    join referrals_organization o on o.id = s.organization_id
    left join referrals_serviceatlocation at on at.service_id = s.id
    left join referrals_location l on l.id = at.location_id
    left join lateral (
      select * from referrals_address
       where location_id = l.id and address_type = 'physical' order by position, id limit 1
    ) a on true
    left join lateral (
      select accepting, "on", note from referrals_newclients
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
   latitude, longitude, is_open, accepting, accepting_on, checked_on, offer)
select gen_random_uuid(), told.id, at_location_id, lang,
       setweight(to_tsvector(stems, text.a), 'A') || setweight(to_tsvector('simple', text.a), 'A')
       || setweight(to_tsvector('simple', text.b), 'B')
       || setweight(to_tsvector(stems, text.c), 'C') || setweight(to_tsvector('simple', text.c), 'C')
       || setweight(to_tsvector('simple', text.d), 'D'),
       lower(concat_ws(' ', text.a, text.b, left(text.c, 200), text.d)),
       case when hidden then '' else coalesce(city, '') end,
       case when hidden then '' else coalesce(state_province, '') end,
       case when hidden then '' else coalesce(postal_code, '') end,
       coalesce(spoken.codes, '{}'),
       case when not hidden then latitude end, case when not hidden then longitude end,
       not is_gone, accepting, accepting_on, checked_on,
       jsonb_build_object(
         'kind', 'service', 'name', told.name, 'whose', case when whose = told.name then '' else whose end,
         'what', description, 'where', case when hidden then '' else line end, 'is_virtual', virtual,
         'phones', coalesce(numbers.said, '[]'), 'website', coalesce(nullif(url, ''), organization_website),
         'hours', coalesce(open.hours, '[]'), 'cost', fees_description,
         'languages', coalesce(spoken.said, '[]'), 'accepting', accepting, 'accepting_on', accepting_on,
         'wait', wait, 'checked_on', checked_on, 'organization', organization_id,
         'is_confidential', hidden, 'is_gone', is_gone, 'lang', lang)
  from told
  left join lateral (
    select string_agg(distinct name, ' ') as names,
           array_agg(distinct code) filter (where code <> '') as codes,
           jsonb_agg(coalesce(nullif(code, ''), name) order by position, id) as said
      from (select *, service_id is null as of_place, bool_or(service_id is not null) over () as of_service
              from referrals_language
             where service_id = told.id or location_id = told.location_id) each
     where not (of_place and of_service)
  ) spoken on true
  left join lateral (
    select jsonb_agg(number || case when extension = '' or position(extension in number) > 0 then ''
                                    else ' (' || extension || ')' end order by position, id) as said
      from (select *, min(far) over () as nearest, row_number() over (order by far, position, id) as place
              from (select *, case when at_location_id is not null then 1 when service_id is not null then 2
                                   when location_id is not null then 3 else 4 end as far
                      from referrals_phone
                     where type <> 'fax'
                       and (at_location_id = told.at_location_id or service_id = told.id
                            or location_id = told.location_id
                            or organization_id = told.organization_id)) each) ranked
     where far = nearest and place <= 2
  ) numbers on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('weekdays', weekdays, 'opens_at', opens_at, 'closes_at', closes_at,
                                        'said', description) order by position, id) as hours
      from (select *, service_id is null as of_place, bool_or(service_id is not null) over () as of_service
              from referrals_schedule
             where not is_closed and (service_id = told.id or location_id = told.location_id)) each
     where not (of_place and of_service)
  ) open on true
  cross join lateral (
    select unaccent(concat_ws(' ', told.name, told.alternate_name)) as a,
           unaccent(concat_ws(' ', organization_names, case when not hidden then location_names end)) as b,
           unaccent(concat_ws(' ', description, eligibility_description, extra->>'keywords',
                              extra->>'audience')) as c,
           unaccent(concat_ws(' ', spoken.names, case when not hidden then
             concat_ws(' ', city, region, state_province, postal_code) end)) as d
  ) text
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
