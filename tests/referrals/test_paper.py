"""The options sheet: one tagged A4 page in the client's language, and nobody's name on it."""

import io
from datetime import date, time

import pytest
from pypdf import PdfReader

from accounts.models import Practice
from referrals.offers import Offer, Opening
from referrals.paper import FILE_NAMES, Sheet, Told, kept_together, options_sheet

PRACTICE = Practice(
    name="Linden Practice",
    contact_name="Anneke de Vries",
    contact_phone="+48 22 555 01 02",
    contact_hours="9–17",
    emergency_text="112.",
)
EVENING = Offer(
    "service",
    "Evening Walk-in Talks",
    whose="Harbour Street Foundation",
    what="Talks on a bad evening",
    where="12 Harbour Street",
    phones=("860-276-3000 x301",),
    hours=(Opening((0, 1, 2), time(18), time(22)),),
    cost="Free",
    languages=("en", "pl"),
    accepting="waitlist",
    wait="about 6 weeks",
    checked_on=date(2026, 11, 3),
    lang="en",
)
COLLEAGUE = Offer(
    "place", "Ilse Bakker", where="Linden", languages=("pl",), weekday=0, starts_at=time(14)
)
HIDDEN = Offer(
    "service",
    "Safe House",
    what="Shelter",
    phones=("555 01 02 03",),
    is_confidential=True,
    lang="en",
)
WHY = "Blisko domu, a w środę po południu jest wolne miejsce."


def read(
    *options: Offer, language: str = "en", discreet: bool = False, why: str = WHY
) -> PdfReader:
    told = [Told(offer, why) for offer in options]
    made = options_sheet(Sheet(date(2026, 11, 23), told, language, discreet), PRACTICE)
    return PdfReader(io.BytesIO(made))


def text_of(paper: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in paper.pages).split())


@pytest.mark.parametrize("language", ["en", "pl", "nl", "it"])
def test_one_tagged_page_in_the_clients_language(language: str) -> None:
    paper = read(EVENING, COLLEAGUE, language=language)
    root = paper.trailer["/Root"]
    assert len(paper.pages) == 1
    assert [round(float(edge)) for edge in paper.pages[0].mediabox[2:]] == [595, 842]
    assert root["/Lang"].startswith(language)
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert set(FILE_NAMES) == {"en", "pl", "nl", "it"}


def test_it_says_everything_about_each_option() -> None:
    said = text_of(read(EVENING, COLLEAGUE))
    for words in (
        "Places and people you could turn to",
        "We talked about these on 23 November 2026.",
        "Evening Walk-in Talks – Harbour Street Foundation",
        "Talks on a bad evening",
        "Why this one: Blisko domu",
        "Where: 12 Harbour Street",
        "Phone: 860-276-3000 x301, Mon–Wed 18:00–22:00",
        "Cost: Free",
        "Languages: English, Polish",
        "New people: waiting list, about 6 weeks",
        "We last checked this on: 3 November 2026",
        "Ilse Bakker",
        "A colleague in this practice",
        "When: Monday, 14:00",
        "My choice",
        "Questions? Call Anneke de Vries, +48 22 555 01 02, 9–17.",
        "If you need somebody at once: 112.",
    ):
        assert words in said


def test_the_discreet_sheet_has_names_and_numbers_only() -> None:
    said = text_of(read(EVENING, COLLEAGUE, discreet=True))
    assert "Evening Walk-in Talks" in said
    assert "860-276-3000 x301" in said
    for words in (
        "Talks on a bad evening",
        "Blisko domu",
        "12 Harbour Street",
        "Free",
        "colleague",
    ):
        assert words not in said


def test_a_confidential_place_has_neither_address_nor_number_on_paper() -> None:
    said = text_of(read(HIDDEN))
    assert "Safe House" in said
    assert "555 01 02 03" not in said
    assert "Where:" not in said


def test_the_practice_and_the_client_stay_unnamed() -> None:
    paper = read(EVENING)
    kept = f"{text_of(paper)} {paper.metadata}"
    assert "Linden Practice" not in kept
    assert paper.metadata is not None
    assert not paper.metadata.author


def test_what_is_not_known_drops_its_line() -> None:
    said = text_of(read(Offer("service", "Talks", lang="en"), why=""))
    for term in ("Where:", "Phone:", "Cost:", "Languages:", "New people:", "We last", "Why this"):
        assert term not in said


def test_eight_long_options_still_stand_on_one_page() -> None:
    paper = read(*[EVENING] * 6, why="It is near, and they speak your language. " * 2)
    assert len(paper.pages) == 1
    assert text_of(paper).count("Evening Walk-in Talks") == 6


def test_what_cannot_fit_goes_on_to_a_second_page_and_is_never_cut() -> None:
    paper = read(*[EVENING] * 8, why="It is near. " * 40)
    assert len(paper.pages) > 1
    assert text_of(paper).count("Evening Walk-in Talks") == 8
    assert "If you need somebody at once" in text_of(paper)


def test_signs_of_the_typesetter_are_letters_like_any_other() -> None:
    said = text_of(
        read(Offer("service", "Talks #1 *now* $5 @home [x]", lang="en"), why="_a_ #b \\c")
    )
    assert "Talks #1 *now* $5 @home [x]" in said
    assert "_a_ #b \\c" in said


def test_polish_leaves_no_letter_alone() -> None:
    assert kept_together({"a": ["w domu i u lekarza"]}) == {
        "a": ["w\u00a0domu i\u00a0u\u00a0lekarza"]
    }
