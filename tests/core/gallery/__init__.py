"""A gallery of every part of the face, in every state: what the browser tests look at.

All people are invented. Pages are rendered without a database and served to the browser from memory, with
the headers and static files of the product.
"""

from datetime import date, time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

from csp.utils import build_policy
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import engines
from django.utils import translation

from core import drawing, parts
from core.widgets import Choice, DateInput, PickCheckboxes, PickRadio, TimeInput
from desk.navigation import ENDINGS, INBOX, SECTIONS
from tests.core.gallery.departure import TODAY, board_of_marta

HERE = Path(__file__).parent
ADDRESS = "http://face.test"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

CHIPS = [
    parts.Chip("wait", "Opens 7 Dec"),
    parts.Chip("now", "Tell today", "messages-square"),
    parts.Chip("late", "7 days short"),
    parts.Chip("done", "Told 17 Nov"),
    parts.Chip("info", "Options today"),
    parts.Chip("meet", "Handover 11 Dec"),
    parts.Chip("quiet", "Closed"),
]
TODO = {
    "time": None,
    "name": "",
    "code": "",
    "url": "",
    "title": "",
    "chip": None,
    "text": "",
    "tone": "",
    "act": "",
    "act_url": "",
    "primary": False,
}
TODOS = [
    TODO
    | {
        "time": time(9, 30),
        "name": "Juniper",
        "code": "C-2044",
        "url": "#",
        "chip": parts.Chip("info", "Bring the options"),
        "text": "Told last Monday. Three recommendations are ready to print in Polish.",
        "act": "Open options",
        "act_url": "#",
    },
    TODO | {"time": time(11), "name": "Hazel", "code": "C-2090", "url": "#", "text": "Room 2."},
    TODO
    | {
        "time": time(14),
        "name": "Wren",
        "code": "C-2017",
        "url": "#",
        "chip": parts.Chip("now", "Tell today", "messages-square"),
        "text": "The notice window opened today and closes on Mon 30 Nov. Last session Mon 21 Dec.",
        "tone": "due",
        "act": "Record telling",
        "act_url": "#",
        "primary": True,
    },
    TODO
    | {
        "name": "Sorrel",
        "code": "C-1987",
        "url": "#",
        "chip": parts.Chip("late", "7 days short"),
        "text": "There was no session in the window. One more on Wed 16 Dec makes it whole.",
        "tone": "short",
        "act": "See the ways out",
        "act_url": "#",
    },
    TODO | {"code": "C-2058", "url": "#", "chip": parts.Chip("meet", "Name when agreed", "lock")},
    TODO
    | {"title": "Did Rowan arrive at the new place?", "url": "#", "text": "Ask around Mon 30 Nov."},
]
STEPS = [
    parts.Step(
        "Told in person",
        "done",
        chip=parts.Chip("done", "28 days of notice"),
        facts=[("When", "Mon 16 Nov, 09:30, Room 2"), ("Present", "Juniper, Marta")],
        quote="I am moving to the coast with my family in January.\nI wanted you to hear it from me.",
        recorded="Recorded by Marta, Mon 16 Nov, 10:24",
    ),
    parts.Step(
        "Options",
        "now",
        icon="list-checks",
        chip=parts.Chip("now", "Today", "clock"),
        text="Three recommendations are ready, each with your reason.",
        acts=[
            parts.Link("#", "Open the options", primary=True),
            parts.Link("#", "Print in Polish", "printer"),
        ],
    ),
    parts.Step("Choice", text="One, several, none, an own choice, or to wait."),
    parts.Step(
        "Meeting of three",
        icon="users",
        aside="offered, not required",
        note="Ilse sees a code and the needs, nothing else.",
    ),
    parts.Step("Last session", icon="door-open", text="Mon 14 Dec, 09:30."),
]
ROWS = [
    ("Why for you", "You said that you would like to stay in this house."),
    ("Where", "Here, Room 2"),
    ("First appointment", "Has a place for you"),
    ("Cost", ""),
    ("Languages", "Polish, English"),
]
SIDES = [
    parts.Side(
        "o1",
        "Ilse Bakker",
        "A colleague in this practice",
        ROWS,
        parts.Chip("done", "Accepted on 18 Nov"),
    ),
    parts.Side("o2", "Evening Walk-in Talks", "Harbour Street Foundation", ROWS),
    parts.Side(
        "o3",
        "Grief Companions",
        "Group of eight",
        ROWS,
        parts.Chip("late", "Last checked 13 months ago"),
    ),
    parts.Side("o4", "Wait, and come back", "With this practice", ROWS, lang="en"),
]
PEOPLE = [
    parts.Seer("Marta Zielińska", allowed=True, role="therapist"),
    parts.Seer("Anneke van der Meulen", allowed=True, role="supervisor"),
    parts.Seer("Ilse Bakker", allowed=False),
    parts.Seer("Tomasz Król", allowed=False, from_day=date(2026, 12, 11)),
]
VIEWS = [
    parts.Link("#", "Timeline", "clock", current=True),
    parts.Link("#", "Table", "list-checks", count=3),
]
WIZARD = [
    parts.Link("#", "Dates"),
    parts.Link("#", "Your words"),
    parts.Link("#", "The plan"),
    parts.Link("", "Send"),
]


class Ways(forms.Form):
    """The ways out of what does not fit."""

    sorrel = forms.ChoiceField(
        choices=[
            (
                "add",
                Choice(
                    "Add a session on Wed 16 Dec, 10:00",
                    small="Proposed. Room and you are free.",
                    strong=True,
                ),
            ),
            (
                "keep",
                Choice(
                    "Keep Wed 9 Dec with 14 days", small="Anneke has to agree, with your reason."
                ),
            ),
            ("other", "Choose other dates"),
        ],
        initial="add",
        widget=PickRadio(),
    )


class ToldForm(forms.Form):
    """Every kind of field, as on the telling page."""

    sometimes_needed = ("why",)

    when = forms.ChoiceField(
        label="When",
        choices=[
            ("today", Choice("Today’s session, 17:00", small="Mon 23 Nov, Room 2")),
            ("other", "Another day"),
        ],
        initial="today",
        widget=PickRadio(),
    )
    how = forms.ChoiceField(
        label="How",
        choices=[
            ("in_person", "In person"),
            ("video", "By video"),
            ("phone", "By phone"),
            (
                "writing",
                Choice("In writing", small="Only after somebody has tried to speak to the client."),
            ),
        ],
        initial="in_person",
        widget=PickRadio(),
    )
    why = forms.CharField(
        label="Why not in person",
        help_text="One sentence is enough. Your supervisor reads it.",
        required=False,
        widget=forms.Textarea(),
    )
    present = forms.MultipleChoiceField(
        label="Who was there",
        choices=[
            ("otter", "Otter"),
            ("you", "You"),
            ("guardian", "A guardian"),
            ("other", "Somebody else"),
        ],
        initial=["otter", "you"],
        widget=PickCheckboxes(in_a_row=True),
    )
    said = forms.CharField(
        label="What you said",
        help_text="As you said it.",
        error_messages={"required": "Write down what you said, at least the reason."},
        widget=forms.Textarea(),
    )
    reaction = forms.MultipleChoiceField(
        label="How it was taken",
        help_text="What you saw, not what it means.",
        choices=[
            ("Quiet ones", [("quiet", "Quiet"), ("sad", "Sad")]),
            ("Loud ones", [("angry", "Angry")]),
        ],
        required=False,
        widget=PickCheckboxes(in_a_row=True),
    )
    on = forms.DateField(label="Last working day", initial=date(2027, 1, 8), widget=DateInput())
    at = forms.TimeField(label="Time", initial=time(9, 30), required=False, widget=TimeInput())
    reason = forms.ChoiceField(
        label="Reason", choices=[("move", "Moving"), ("job", "New position")]
    )
    agreed = forms.BooleanField(label="Otter agrees to this", help_text="Asked in the room.")

    def clean(self):
        if self.cleaned_data.get("how") == "phone" and not self.cleaned_data.get("why"):
            self.add_error("why", "Say why it was by phone. It can be recorded either way.")
        if self.data.get("how") == "phone":
            self.add_error(
                None, "A live voice comes before anything written. Record the call or visit first."
            )


class SignIn(forms.Form):
    email = forms.EmailField(label="E-mail")
    password = forms.CharField(label="Password", widget=forms.PasswordInput())


def navigation(theme):
    """Return what desk.navigation and the request give to every page."""
    places = [*SECTIONS["therapist"], INBOX]
    links = [
        parts.Link(
            "#", str(place.label), place.icon, 3 * (place is ENDINGS), current=place is ENDINGS
        )
        for place in places
    ]
    user = SimpleNamespace(name="Marta Zielińska", theme=theme, is_authenticated=True)
    return {
        "request": SimpleNamespace(user=user, resolver_match=None, method="GET"),
        "practice_name": "Linden Practice",
        "csrf_token": "not-a-secret",
        "nav": [{"heading": "", "links": links[:3]}, {"heading": "Supervisor", "links": links[3:]}],
        "tabs": links[:4],
        "role_names": "Therapist",
        "search_url": "#",
        "inbox_url": "#",
        "inbox_count": 2,
        "more_url": "#",
        "settings_url": "#",
        "sign_out_url": "#",
        "messages": [],
    }


def contexts():
    """Return each page of the gallery with what its view would give."""
    untold = {"when": "today", "how": "phone", "present": ["you"], "on": "soon", "reason": "move"}
    board = board_of_marta()
    whole = {"board": board, "views": VIEWS, "last": date(2027, 1, 8)}
    return {
        "parts.html": {
            "views": VIEWS,
            "wizard": WIZARD,
            "chips": CHIPS,
            "short": CHIPS[2],
            "people": PEOPLE,
            "facts": ROWS,
            "todos": TODOS,
            "steps": STEPS,
            "sides": SIDES,
            "ways": Ways(),
            "page": Paginator(range(200), 10).page(7),
            "query": QueryDict("sort=name"),
            "gauge": drawing.gauge([("Clients", 17.5), ("Endings", 4.5), ("Coming to you", 1)], 22),
            "bar": drawing.bar(told=5, today=2, to_decide=1, later=8),
        },
        "fields.html": {"form": ToldForm(), "last": date(2026, 12, 14)},
        "fields.html?wrong": {"form": ToldForm(untold), "last": date(2026, 12, 14)},
        "board.html": whole,
        "board.html?table": whole | {"as_table": True},
        "door.html": {
            "form": SignIn(),
            "languages": [
                ("en", "English", "#"),
                ("pl", "Polski", "#"),
                ("nl", "Nederlands", "#"),
                ("it", "Italiano", "#"),
            ],
        },
        "confirm.html": {"confirm_label": "Withdraw the departure", "cancel_url": "#"},
        "paper.html": {"sides": SIDES},
        "404.html": {},
        "500.html": {},
        "409.html": {
            "form": SignIn({"email": "m@linden.test"}),
            "object": SimpleNamespace(revision=4),
            "differences": [
                parts.Difference("What I said", "I am leaving.\nIn January.", "I am moving.")
            ],
        },
    }


def rendered(page, *, language="en", theme=""):
    """Return one page of the gallery as HTML, in a language and a theme."""
    name = page.partition("?")[0]
    with translation.override(language):
        context = navigation(theme) | contexts()[page]
        own = HERE / name
        source = own.read_text() if own.exists() else f'{{% extends "{name}" %}}'
        return engines["django"].from_string(source).render(context)


def serve(page, html, *, answers=None):
    """Let a browser page ask ADDRESS for `html` and the product's static files, with the product's CSP.

    `answers` holds what other addresses say: path → (status, html).
    """
    headers = {
        "content-security-policy": build_policy(),
        "content-type": "text/html; charset=utf-8",
    }
    pages = {"/": (200, html)} | (answers or {})

    def answer(route):
        path = urlsplit(route.request.url).path
        if path in pages:
            status, body = pages[path]
            return route.fulfill(status=status, body=body, headers=headers)
        found = (
            finders.find(path.removeprefix(settings.STATIC_URL))
            if path.startswith(settings.STATIC_URL)
            else None
        )
        if not found:
            return route.fulfill(status=404, body="")
        file = Path(found)
        return route.fulfill(
            status=200, body=file.read_bytes(), content_type=TYPES.get(file.suffix, "text/plain")
        )

    page.route(f"{ADDRESS}/**", answer)


__all__ = ["ADDRESS", "TODAY", "contexts", "navigation", "rendered", "serve"]
