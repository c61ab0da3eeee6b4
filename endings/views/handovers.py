"""The outgoing side: ask a colleague, take the question back, record what the client agrees to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedRequest
from accounts.models import User
from caseload.models import Place
from core.clock import now, today
from core.errors import ChangedMeanwhile, RuleBroken
from core.parts import Difference
from core.widgets import Choice as Pick
from endings.forms.handovers import ConsentForm, QuestionForm
from endings.forms.occasions import Occasion, occasions_of
from endings.models import Consent, Ending, HandoverInvitation, HeldPlace
from endings.operations import handovers, places
from endings.operations.handovers import STANDING, Agreed, Question
from endings.views.acts import attempt, ending_to_edit, form_page, sent
from endings.views.handover_words import WARNED_OF, effect_in_words, sections_in_words
from referrals.models import ReferralOption
from referrals.offers import place_time_in_words
from referrals.operations.offers import offer_of_place


# --- asking -----------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def invite_receiver(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask a colleague whether they have room: a code, the needs, the times; no name, no file."""
    ending = ending_to_edit(request, pk)
    people = handovers.may_receive(ending)
    chosen = chosen_place(request, ending)
    form = QuestionForm(
        sent(request), initial=first_words(chosen, people), people=picks(people, chosen)
    )
    if form.is_valid() and attempt(form, lambda: ask(request, ending, form, people)):
        messages.success(request, _("Asked. You see the answer here, on this page."))
        return redirect(ending)
    context = {"ending": ending, "form": form, "has_people": bool(people)}
    return form_page(request, "endings/handover/ask.html", context)


def ask(request: AuthedRequest, ending: Ending, form: QuestionForm, people: list[User]) -> None:
    said = dict(form.cleaned_data)
    wanted = said.pop("receiver")
    receiver = next(one for one in people if str(one.pk) == wanted)
    handovers.invite_receiver(
        ending=ending, receiver=receiver, question=Question(**said), by=request.user, at=now()
    )


def chosen_place(request: AuthedRequest, ending: Ending) -> Place | None:
    """Return the colleague's place that the client chose, if it was one."""
    mine = ReferralOption.objects.editable_by(request.user).filter(
        option_set=ending.option_set_id, place__isnull=False, chosen_in__choice__replaced_by=None
    )
    chosen = mine.filter(chosen_in__isnull=False).select_related("place__therapist", "place__site")
    option = chosen.first()
    return option.place if option else None


def picks(people: list[User], chosen: Place | None) -> list[tuple[str, Pick]]:
    """Return every colleague with what it would do to their load.

    Whose place was chosen stands first, then who has room, then who would be full.
    """
    effects = handovers.load_after(people, Question("", "").load_points, today())
    wished = chosen.therapist_id if chosen else None
    ordered = sorted(people, key=lambda one: (one.pk != wished, effects[one][1].level in WARNED_OF))
    return [
        (
            str(one.pk),
            Pick(one.name, effect_in_words(one.name, *effects[one]), strong=one.pk == wished),
        )
        for one in ordered
    ]


def first_words(chosen: Place | None, people: list[User]) -> dict[str, Any]:
    if chosen is None or chosen.therapist not in people:
        return {}
    times = place_time_in_words(offer_of_place(chosen, on=today()))
    return {"receiver": str(chosen.therapist_id), "times": times, "needs": chosen.needs}


@require_http_methods(["GET", "POST"])
def withdraw_invitation(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take the question back: the door closes, and the client stays with a named person (R25)."""
    ending = ending_to_edit(request, pk)
    asked = get_object_or_404(mine_standing(request, ending))
    if request.method == "POST":
        try:
            handovers.withdraw_invitation(invitation=asked, by=request.user, at=now())
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn. Nothing of the client is open to them."))
        return redirect(ending)
    context = {"ending": ending, "invitation": asked, "named": ending.named_person(today())}
    return render(request, "endings/handover/withdraw.html", context)


def mine_standing(request: AuthedRequest, ending: Ending) -> Any:
    """Return the query of who is asked now, at most one."""
    mine = HandoverInvitation.objects.editable_by(request.user).filter(state__in=STANDING)
    return mine.filter(ending=ending).select_related("receiver")


# --- the client agrees ------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def record_consent(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What the client agreed to hand over, part by part; a later row corrects the earlier one."""
    ending = ending_to_edit(request, pk)
    asked = get_object_or_404(mine_standing(request, ending))
    stands = consent_that_stands(request, ending, asked)
    takes_back = request.POST.get("act") == "take_back" and stands is not None
    form = consent_form(request, ending, stands, takes_back=takes_back)
    differences: list[Difference] = []
    if form.is_valid():
        try:
            if attempt(form, lambda: record(request, ending, form)):
                messages.success(request, done(takes_back=takes_back))
                return redirect(ending)
        except ChangedMeanwhile:
            differences = recorded_differently(stands, form)
    context = {
        "ending": ending,
        "form": form,
        "invitation": asked,
        "stands": stands,
        "differences": differences,
    }
    return form_page(request, "endings/handover/consent.html", context)


def consent_that_stands(
    request: AuthedRequest, ending: Ending, asked: HandoverInvitation
) -> Consent | None:
    mine = Consent.objects.editable_by(request.user).current()
    return mine.filter(ending=ending, receiver=asked.receiver).first()


def consent_form(
    request: AuthedRequest, ending: Ending, stands: Consent | None, *, takes_back: bool
) -> ConsentForm:
    days: list[Occasion] = occasions_of(ending, by=request.user, on=today(), at=now())
    initial: dict[str, Any] = {"opens_on": today()}
    if stands is not None:
        initial = {"sections": stands.sections, "opens_on": stands.opens_on}
    return ConsentForm(
        sent(request), initial=initial, occasions=days, today=today(), takes_back=takes_back
    )


def record(request: AuthedRequest, ending: Ending, form: ConsentForm) -> None:
    said = form.cleaned_data
    read = request.POST.get("corrects", "")
    mine = Consent.objects.editable_by(request.user).filter(ending=ending)
    agreed = Agreed(
        sections=said["sections"],
        given_on=said["on"],
        opens_on=said["opens_on"],
        note=said["note"],
        corrects=next((one for one in mine if str(one.pk) == read), None),
    )
    handovers.record_consent(ending=ending, agreed=agreed, by=request.user, at=now())


def done(*, takes_back: bool) -> str:
    if takes_back:
        return _("Recorded. The door is closed again.")
    return _("Recorded. Only these parts open, and not before their day.")


def recorded_differently(stands: Consent | None, form: ConsentForm) -> list[Difference]:
    """Return what somebody else recorded against what was ticked here (409)."""
    theirs = "\n".join(sections_in_words(stands.sections if stands else []))
    mine = "\n".join(sections_in_words(form.cleaned_data["sections"]))
    return [Difference(_("What may be handed over"), theirs, mine)]


# --- places -----------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def hold_place(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Before the choice only a place is held: its therapist learns that, and not for whom."""
    ending = ending_to_edit(request, pk)
    free = places.places_to_hold(ending, today())
    if request.method == "POST":
        wanted = request.POST.get("place", "")
        place = next((one for one in free if str(one.pk) == wanted), None)
        try:
            keep_place(request, ending, place)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
            return redirect("endings:hold_place", pk=pk)
        return redirect(ending)
    rows = [(one, place_time_in_words(offer_of_place(one, on=today()))) for one in free]
    return render(request, "endings/handover/hold_place.html", {"ending": ending, "rows": rows})


def keep_place(request: AuthedRequest, ending: Ending, place: Place | None) -> None:
    if place is None:
        raise RuleBroken(_("This place is held already. Choose another one."))
    places.hold_place(ending=ending, place=place, by=request.user, on=today())
    messages.success(request, _("Held. Nobody is told for whom."))


@require_POST
def release_place(request: AuthedRequest, pk: UUID, held: UUID) -> HttpResponse:
    """Let a held place go."""
    ending = ending_to_edit(request, pk)
    mine = HeldPlace.objects.editable_by(request.user).filter(ending=ending)
    places.release_place(held=get_object_or_404(mine, pk=held), by=request.user, on=today())
    messages.success(request, _("The place is free again."))
    return redirect(ending)
