"""Fields are label, hint, error, control; picks are easy to hit; errors lead to their field (face.md 6, 8)."""

import re
from datetime import date, time
from types import SimpleNamespace

import pytest
from django import forms
from django.template import TemplateSyntaxError, engines
from django.utils import translation

from core.rendering import problems
from core.widgets import DateInput, DateTimeInput, TimeInput
from tests.core.gallery import SignIn, ToldForm, Ways

WRONG = {"when": "today", "how": "phone", "present": ["you"], "on": "soon", "reason": "move"}


def field(form: forms.Form, name: str) -> str:
    return form[name].as_field_group()


def written(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


def test_the_order_is_label_hint_error_control() -> None:
    html = field(ToldForm(WRONG), "said")
    places = [html.index(part) for part in ("<label", 'class="hint"', 'class="wrong"', "<textarea")]
    assert places == sorted(places)
    assert '<div class="field bad">' in html


def test_a_control_is_described_by_hint_and_error() -> None:
    html = field(ToldForm(WRONG), "said")
    assert 'aria-describedby="id_said_helptext id_said_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_said_helptext"' in html
    assert 'id="id_said_error"' in html


def test_optional_fields_say_so_and_required_ones_say_nothing() -> None:
    assert "(optional)" in field(ToldForm(), "reaction")
    assert "(optional)" not in field(ToldForm(), "said")


def test_a_field_that_is_needed_sometimes_is_not_called_optional() -> None:
    assert not ToldForm.base_fields["why"].required
    assert "(optional)" not in field(ToldForm(), "why")


def test_groups_are_fieldsets_with_a_legend() -> None:
    how, present = field(ToldForm(), "how"), field(ToldForm(), "present")
    assert '<fieldset class="field" role="radiogroup" aria-required="true">' in how
    assert "<legend>How</legend>" in how
    assert '<fieldset class="field">' in present
    assert present.count('<label class="pick">') == 4


def test_a_group_says_once_that_it_is_wrong() -> None:
    html = field(ToldForm({}), "how")
    assert html.count("aria-invalid") == 1
    assert 'aria-describedby="id_how_error"' in html


def test_picks_have_a_small_second_line_and_the_proposal_is_strong() -> None:
    html = str(Ways()["sorrel"])
    assert (
        "<b>Add a session on Wed 16 Dec, 10:00</b><small>Proposed. Room and you are free.</small>"
        in html
    )
    assert re.search(r'value="add" id="id_sorrel_0" checked', html)


def test_picks_can_stand_in_a_row_and_under_headings() -> None:
    assert '<div class="picks">' in str(ToldForm()["present"])
    assert '<p class="hint">Quiet ones</p>' in str(ToldForm()["reaction"])
    assert '<div class="picks">' not in str(ToldForm()["how"])


def test_a_lone_checkbox_is_one_pick_with_its_label_beside_it() -> None:
    html = field(ToldForm(), "agreed")
    assert html.count("Otter agrees to this") == 1
    assert '<small id="id_agreed_helptext">Asked in the room.</small>' in html


def test_one_option_can_stand_by_itself() -> None:
    html = written('{% pick form.how "writing" %}', form=ToldForm())
    assert html.count("<label") == 1
    assert 'value="writing"' in html
    assert "Only after somebody has tried" in html


def test_an_option_that_is_not_there_is_a_mistake_of_the_template() -> None:
    with pytest.raises(TemplateSyntaxError):
        written('{% pick form.how "pigeon" %}', form=ToldForm())


@pytest.mark.parametrize("language", ["en", "pl", "nl", "it"])
def test_native_inputs_get_iso_whatever_the_language(language: str) -> None:
    with translation.override(language):
        assert 'type="date" name="on" value="2027-01-08"' in DateInput().render(
            "on", date(2027, 1, 8)
        )
        assert 'type="time" name="at" value="09:30"' in TimeInput().render("at", time(9, 30))
        assert 'type="datetime-local"' in DateTimeInput().render("at", None)


def test_what_was_typed_stays() -> None:
    form = SignIn({"email": "marta at linden", "password": ""})
    assert 'value="marta at linden"' in field(form, "email")


def test_controls_are_dressed() -> None:
    html = str(ToldForm())
    assert '<select name="reason"' in html
    assert 'class="form-select"' in html
    assert 'class="form-control w-date"' in html
    assert 'class="form-control"' not in str(ToldForm()["agreed"])


def test_hidden_fields_are_not_wrapped() -> None:
    class WithHidden(forms.Form):
        next = forms.CharField(widget=forms.HiddenInput())

    html = str(WithHidden())
    assert "field" not in html
    assert "form-control" not in html


def test_what_is_missing_is_said_in_our_tone_unless_the_form_says_it_better() -> None:
    messages = {problem.label: problem.message for problem in problems(ToldForm({}))}
    assert messages["When"] == "This is needed."
    assert messages["What you said"] == "Write down what you said, at least the reason."


def test_problems_lead_to_their_control_or_the_first_of_its_picks() -> None:
    found = {problem.label: problem.anchor for problem in problems(ToldForm({}))}
    assert (found["When"], found["What you said"]) == ("id_when_0", "id_said")
    assert 'id="id_when_0"' in str(ToldForm({}))


def test_problems_of_a_whole_form_stand_first_and_lead_nowhere() -> None:
    first = problems(ToldForm(WRONG))[0]
    assert (first.anchor, first.label) == ("", "")
    assert first.message.startswith("A live voice")


def test_problems_of_formsets_and_lists_are_collected_in_order() -> None:
    formset_class = forms.formset_factory(SignIn, extra=0, min_num=2, validate_min=True)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-email": "m@linden.test"}
    found = problems([ToldForm(WRONG), formset_class(data)])
    assert found[0].message.startswith("A live voice")
    assert found[-1].anchor == "id_form-0-password"
    assert found[-2].anchor == ""
    assert problems(None) == []


def test_the_summary_counts_and_links() -> None:
    html = written(
        '{% include "components/error_summary.html" with problems=form|problems only %}',
        form=ToldForm(WRONG),
    )
    assert "5 things need another look" in html
    assert (
        '<a href="#id_said">What you said: Write down what you said, at least the reason.</a>'
        in html
    )
    assert 'role="alert" tabindex="-1"' in html


def test_no_problem_no_summary() -> None:
    assert (
        written(
            '{% include "components/error_summary.html" with problems=form|problems only %}',
            form=Ways(),
        ).strip()
        == ""
    )


def test_every_form_gets_a_token_of_its_own() -> None:
    one, other = written("{% form_token %}"), written("{% form_token %}")
    assert re.fullmatch(r'<input type="hidden" name="_once" value="[0-9a-f-]{36}">', one)
    assert one != other


def test_the_revision_that_was_read_goes_along() -> None:
    html = written("{% revision ending %}", ending=SimpleNamespace(revision=4))
    assert html == '<input type="hidden" name="revision" value="4">'


def test_what_people_type_is_escaped() -> None:
    html = written(
        '{% include "components/note.html" with text=text only %}{% include "components/facts.html" with facts=facts only %}',
        text="<script>",
        facts=[("<b>", "<i>")],
    )
    assert "<script>" not in html
    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html
