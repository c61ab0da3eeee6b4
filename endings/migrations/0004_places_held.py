"""Endings hold places: which are kept for somebody else than this client, without saying for whom (R5).

The same rule as `HeldPlaceQuerySet.standing`, over every row: a colleague's ending is not one's to see.
"""

from django.db import migrations

FORWARD = """
create or replace function sight.places_held(work uuid, who uuid) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array(
    select distinct h.place_id
      from endings_heldplace h
      join endings_ending e on e.id = h.ending_id
      join caseload_place p on p.id = h.place_id
     where h.released_on is null
       and e.withdrawn_on is null and e.stage not in ('closed', 'followed_up')
       and e.handed_over_on is null
       and not (e.assignment_id = work and (e.participation_id is null or e.client_id = who))
       and (e.chosen_on is null
            or exists (select from referrals_choice c
                         join referrals_choiceoption co on co.choice_id = c.id
                         join referrals_referraloption o on o.id = co.option_id
                        where c.option_set_id = e.option_set_id and o.place_id = h.place_id
                          and not exists (select from referrals_choice later
                                           where later.corrects_id = c.id))
            or exists (select from endings_handoverinvitation i
                        where i.ending_id = e.id and i.state in ('sent', 'accepted')
                          and i.receiver_id = p.therapist_id)))
$$;
"""

BACK = """
create or replace function sight.places_held(work uuid, who uuid) returns uuid[] language sql stable
parallel safe security definer set search_path = public, pg_temp as $$
  select array[]::uuid[]
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("endings", "0003_closing"),
        ("caseload", "0005_work_goes_on"),
        ("referrals", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
