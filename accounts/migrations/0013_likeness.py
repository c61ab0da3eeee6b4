"""How alike a text and some words are: one call a row, over the rows one may see already.

No index helps here, and none is made: under row security PostgreSQL asks an operator that is not leakproof only
of rows that the policy has let through. So the price is that of the rows one may see, whatever the practice holds.
"""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

# 2: each word stands there by itself; 1.5: each begins a word; 1: each is held somewhere; below: how near comes
# the one that is spelled worst. Two letters changed about are two edits ("Nwoak"), which trigrams alone miss; a
# beginning with a typo ("kowlas") only they find. Codes are not guessed: another digit is another person.
LIKENESS = """
create function sight.likeness(said text, words text[]) returns real language plpgsql immutable parallel safe as $$
declare
  word text;
  there text;
  edits integer;
  one real;
  least_of real := 2;
begin
  foreach word in array words loop
    if strpos(said, ' ' || word || ' ') > 0 then one := 2;
    elsif strpos(said, ' ' || word) > 0 then one := 1.5;
    elsif strpos(said, word) > 0 then one := 1;
    elsif length(word) < 3 or word ~ '[0-9]' then return 0;
    else
      one := public.word_similarity(word, said);
      if one < 0.45 then one := 0; end if;
      foreach there in array string_to_array(btrim(said), ' ') loop
        edits := public.levenshtein_less_equal(word, there, 2);
        if edits <= least(2, greatest(1, length(word) - 3)) then
          one := greatest(one, 1 - edits::real / length(word));
        end if;
      end loop;
      if one = 0 then return 0; end if;
    end if;
    least_of := least(least_of, one);
  end loop;
  return least_of;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_not_to_oneself")]

    operations = [
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(LIKENESS, "drop function sight.likeness"),
    ]
