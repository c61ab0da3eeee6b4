"""What the mails say: counts and links, nothing else (R22, words/mails.md).

No client, no therapist, no code and no reason stands in subject, text, sender or link; nobody is greeted by
name. A link carries an opaque key and asks for the sign-in. Text and HTML say the same.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from core.dates import clock_in_text, day
from reminders.models import Message
from reminders.occasions import Line, Occasion, digest_lines
from reminders.operations.known import Known, Standing, known_of
from reminders.operations.posting import (
    CLOSING,
    GLASS,
    LAST,
    REBOOK,
    REVIEW,
    SHORT,
    UNANSWERED,
    answer_wanted_by,
)

# Nobody can switch off what concerns a client who is to be told; the page behind the link asks for the sign-in.
MAY_BE_UNWANTED = (Message.Kind.DIGEST, Message.Kind.DIRECTORY)
ALONE = re.compile(r"(?<!\w)([aiouwzAIOUWZ]) ")


def bound(text: str) -> str:
    """Keep a Polish word of one letter with the word after it (words.md 6)."""
    return ALONE.sub("\\1\u00a0", text) if get_language() == "pl" else text


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with its links, or lines that stand under each other."""

    text: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[str] = ()

    def as_text(self) -> str:
        if self.lines:
            return "\n".join(f"– {bound(line)}" for line in self.lines)
        return bound(self.text) % self.links if self.links else bound(self.text)

    def as_html(self) -> SafeString:
        if not self.links:
            return conditional_escape(bound(self.text))
        anchors = {
            name: format_html('<a href="{0}">{0}</a>', url) for name, url in self.links.items()
        }
        return mark_safe(conditional_escape(bound(self.text)) % anchors)  # noqa: S308 -- both parts are escaped


@dataclass(frozen=True)
class Mail:
    """A subject and its paragraphs, in one language."""

    subject: str
    paragraphs: Sequence[Paragraph]


def address(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"


def link_of(message: Message) -> str:
    """Return the opaque address that leads to what the mail is about."""
    return address(reverse("reminders:go", args=[message.pk]))


def compose(
    message: Message, *, at: datetime, known: Known | None = None
) -> EmailMultiAlternatives | None:
    """Return the mail as it stands now, in the reader's language; None where nothing is left to say.

    `known` is what was read for the whole batch; without it this mail's own is read.
    """
    known = known or known_of([message])
    person = message.person
    if not person.is_active or person.suspended_at is not None or not person.email:
        return None
    with override(person.language):
        mail = words_of(message, known, at)
        if mail is None:
            return None
        context = {"mail": mail, "language": person.language}
        html = render_to_string("reminders/mail.html", context)
        text = "\n\n".join(paragraph.as_text() for paragraph in mail.paragraphs) + "\n"
    envelope = EmailMultiAlternatives(mail.subject, text, to=[person.email])
    envelope.extra_headers = {
        "Message-ID": message_id(message.pk),
        "Auto-Submitted": "auto-generated",
        "Content-Language": person.language,
    }
    if settings.BOUNCES_TO:
        envelope.from_email = settings.BOUNCES_TO
        envelope.extra_headers["From"] = settings.DEFAULT_FROM_EMAIL
    if message.kind in MAY_BE_UNWANTED:
        where = address(reverse("accounts:own_settings"))
        envelope.extra_headers["List-Unsubscribe"] = f"<{where}>"
    envelope.attach_alternative(html, "text/html")
    return envelope


def message_id(key: UUID) -> str:
    """Return the same id for every try, so that a mail that arrives twice is known to be one."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{key}@{domain}>"


def words_of(message: Message, known: Known, at: datetime) -> Mail | None:
    standing = known.reminders.get(message.person_id, ())
    if message.kind == Message.Kind.DIGEST:
        return digest(message, [one for one in standing if not one.rests(at)])
    if message.kind == Message.Kind.INVITATION:
        return invitation(message, known)
    if message.kind == Message.Kind.DIRECTORY:
        return entries(message, standing)
    write = ESCALATIONS.get(message.key.partition(":")[0])
    return write(message, standing) if write else None


# --- the digest -----------------------------------------------------------------------------------------
def digest(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 1 of words/mails.md; to who wants none, what concerns a client being told alone."""
    wanted = [one for one in standing if message.person.wants_mail or one.concerns_telling]
    counts = digest_lines((one.occasion, one.is_late) for one in wanted)
    if not counts:
        return None
    total = sum(count for line, count in counts.items() if line is not Line.LATE)
    subject = ngettext("Today: %(count)s thing to do", "Today: %(count)s things to do", total)
    settings_url = address(reverse("accounts:own_settings"))
    at_time = clock_in_text(message.person.digest_at)
    comes = _("It comes on your working days at %(time)s. Change that here: %(settings_url)s")
    return Mail(
        subject % {"count": total},
        [
            Paragraph(_("Good morning.")),
            Paragraph(lines=lines_of(counts)),
            Paragraph(_("Open your day: %(url)s"), {"url": link_of(message)}),
            Paragraph(_("This mail holds numbers only. It never names anyone.")),
            Paragraph(comes.replace("%(time)s", at_time), {"settings_url": settings_url}),
        ],
    )


def lines_of(counts: Mapping[Line, int]) -> list[str]:
    """Return one line for each count, in their fixed order."""
    return [line_of(line, count) % {"count": count} for line, count in counts.items()]


def line_of(line: Line, count: int) -> str:
    if line is Line.TELL:
        return ngettext(
            "%(count)s conversation to have in person",
            "%(count)s conversations to have in person",
            count,
        )
    if line is Line.PREPARE:
        return ngettext("%(count)s meeting to prepare", "%(count)s meetings to prepare", count)
    if line is Line.ASK:
        return ngettext("%(count)s question to ask", "%(count)s questions to ask", count)
    if line is Line.FINISH:
        return ngettext("%(count)s thing to finish", "%(count)s things to finish", count)
    return ngettext("%(count)s of these is late", "%(count)s of these are late", count)


# --- escalations ----------------------------------------------------------------------------------------
def escalated(standing: Iterable[Standing], occasion: Occasion) -> list[tuple[str, bool]]:
    """Return `(occasion, is_late)` of what still stands; snoozing does not hold an escalation back."""
    return [
        (one.occasion, one.is_late)
        for one in standing
        if one.occasion == occasion and one.is_escalation
    ]


def short(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 2: time is getting short."""
    counts = digest_lines(escalated(standing, Occasion.NOTICE_SHORT))
    if not counts:
        return None
    return Mail(
        _("Please look at something today"),
        [
            Paragraph(
                _(
                    "The agreed time for a conversation has begun to run short in your team. It can"
                    " still become a good ending if somebody helps today."
                )
            ),
            Paragraph(lines=lines_of(counts)),
            Paragraph(_("See what is needed: %(url)s"), {"url": link_of(message)}),
            Paragraph(
                _(
                    "The person concerned has been reminded too. Talk to each other first; decide"
                    " after that."
                )
            ),
        ],
    )


def rebook(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 2 in short, to the one whose chosen meeting fell through."""
    return today(message, escalated(standing, Occasion.REBOOK_TELLING))


def last(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 2 in short, on the last day of full notice."""
    return today(message, escalated(standing, Occasion.LAST_CHANCE))


def today(message: Message, escalated: Iterable[tuple[str, bool]]) -> Mail | None:
    counts = digest_lines(escalated)
    if not counts:
        return None
    return Mail(
        _("Please look at something today"),
        [
            Paragraph(lines=lines_of(counts)),
            Paragraph(_("See what is needed: %(url)s"), {"url": link_of(message)}),
        ],
    )


def unanswered(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 2 to the practice admin: reminded, escalated, and still nobody has answered."""
    count = len(escalated(standing, Occasion.UNANSWERED))
    if not count:
        return None
    return Mail(
        _("Please look at something today"),
        [
            Paragraph(
                _(
                    "The agreed time for a conversation is running out, and nobody has answered our"
                    " reminders. Please find somebody who can."
                )
            ),
            Paragraph(lines=[line_of(Line.FINISH, count) % {"count": count}]),
            Paragraph(_("See what was tried: %(url)s"), {"url": link_of(message)}),
        ],
    )


def review(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 3, for a decision that somebody waits for."""
    count = len(escalated(standing, Occasion.REVIEW))
    if not count:
        return None
    waits = ngettext(
        "%(count)s thing waits for your answer", "%(count)s things wait for your answer", count
    )
    return Mail(
        _("Someone is waiting for your answer"),
        [
            Paragraph(lines=[waits % {"count": count}]),
            Paragraph(_("Answer here: %(url)s"), {"url": link_of(message)}),
        ],
    )


def closing(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 4: not closed a week after the last session."""
    count = len(escalated(standing, Occasion.CLOSE_FILE))
    if not count:
        return None
    return Mail(
        _("Something is not finished yet"),
        [
            Paragraph(_("A week after the last meeting a few things are still open.")),
            Paragraph(lines=[line_of(Line.FINISH, count) % {"count": count}]),
            Paragraph(_("Ask what is in the way: %(url)s"), {"url": link_of(message)}),
        ],
    )


def glass(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return the mail about files opened in an emergency: that it happened, and where to see by whom and why."""
    asked = escalated(standing, Occasion.LOOK_AT_GLASS)
    if not asked and not escalated(standing, Occasion.FILE_OPENED):
        return None
    wanted = [Paragraph(_("Please look at it in the next two days."))] if asked else []
    return Mail(
        _("Please look at something today"),
        [
            Paragraph(_("A file was opened in an emergency, to read, for an hour.")),
            Paragraph(_("See by whom and why: %(url)s"), {"url": link_of(message)}),
            *wanted,
        ],
    )


ESCALATIONS: Mapping[str, Callable[[Message, Sequence[Standing]], Mail | None]] = {
    SHORT: short,
    LAST: last,
    UNANSWERED: unanswered,
    REBOOK: rebook,
    REVIEW: review,
    CLOSING: closing,
    GLASS: glass,
}


# --- the directory --------------------------------------------------------------------------------------
def entries(message: Message, standing: Sequence[Standing]) -> Mail | None:
    """Return mail 8: entries of the directory that are to be checked again."""
    late = [one.is_late for one in standing if one.occasion == Occasion.CHECK_ENTRY]
    if not late or not message.person.wants_mail:
        return None
    to_check = ngettext("%(count)s entry to check", "%(count)s entries to check", len(late)) % {
        "count": len(late)
    }
    lines = [to_check]
    if any(late):
        lines.append(line_of(Line.LATE, sum(late)) % {"count": sum(late)})
    return Mail(
        to_check,
        [
            Paragraph(
                _("Somebody may be offered one of these this week. A call takes two minutes.")
            ),
            Paragraph(lines=lines),
            Paragraph(_("Start checking: %(url)s"), {"url": link_of(message)}),
        ],
    )


# --- the invitation -------------------------------------------------------------------------------------
def invitation(message: Message, known: Known) -> Mail | None:
    """Return mail 7: somebody is asked for room. The page behind the link shows code, needs and load."""
    asked = known.asked.get(UUID(message.key))
    if asked is None:
        return None
    promise = _(
        "“Not now” is a good answer. You learn a name only after the client has been told and has agreed."
    )
    by = _("Please answer by %(date)s.") % {"date": day(answer_wanted_by(asked))}
    return Mail(
        _("A question for you"),
        [
            Paragraph(_("A colleague asks whether you have room for somebody new.")),
            Paragraph(
                _("See the needs, the times and your own load before you answer: %(url)s"),
                {"url": link_of(message)},
            ),
            Paragraph(promise),
            Paragraph(by),
        ],
    )
