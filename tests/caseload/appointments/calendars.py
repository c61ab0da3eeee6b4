"""Calendars as other programs write them; everything in them is invented."""

from textwrap import dedent

OUTLOOK_ZONE = """\
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*events: str, head: str = "") -> str:
    """Return a file with CRLF, as RFC 5545 has it."""
    body = head + "".join(dedent(event).strip() + "\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{body}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    )


def event(uid: str, start: str, *more: str, minutes: int = 50, words: str = "Wren") -> str:
    """Return one event; `start` as DTSTART has it after its name: `:20261124T090000Z`."""
    lines = [f"UID:{uid}", f"DTSTART{start}", f"DURATION:PT{minutes}M", f"SUMMARY:{words}", *more]
    return "BEGIN:VEVENT\n" + "\n".join(lines) + "\nEND:VEVENT\n"


# A single event in UTC, a series by zone, one of it moved, as Google exports them.
GOOGLE = calendar(
    event("single@google.com", ":20261126T090000Z", "STATUS:CONFIRMED", "TRANSP:OPAQUE"),
    event(
        "weekly@google.com",
        ";TZID=Europe/Warsaw:20261125T100000",
        "RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20261216T225959Z;BYDAY=WE",
        "EXDATE;TZID=Europe/Warsaw:20261202T100000",
    ),
    event(
        "weekly@google.com",
        ";TZID=Europe/Warsaw:20261210T110000",
        "RECURRENCE-ID;TZID=Europe/Warsaw:20261209T100000",
    ),
    head="CALSCALE:GREGORIAN\nMETHOD:PUBLISH\nX-WR-CALNAME:marta\nX-WR-TIMEZONE:Europe/Warsaw\n",
)
# Zones by Windows' names, several days left out on one line, folded lines, a day, a cancelled one.
OUTLOOK = calendar(
    event(
        "040000008200E00074C5B7101A82E00800000000\n 0BADC0DE",
        ";TZID=W. Europe Standard Time:20261124T100000",
        "RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;COUNT=4",
        "EXDATE;TZID=W. Europe Standard Time:20261201T100000,20261208T100000",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    ),
    event(
        "cancelled",
        ";TZID=W. Europe Standard Time:20261127T100000",
        "STATUS:CANCELLED",
        words="Canceled: Wren",
    ),
    "BEGIN:VEVENT\nUID:day\nDTSTART;VALUE=DATE:20261127\nDTEND;VALUE=DATE:20261128\n"
    "SUMMARY:Leave\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nEND:VEVENT",
    head="METHOD:PUBLISH\n" + OUTLOOK_ZONE,
)
# Times without a zone, and an alarm inside, as Nextcloud and others have them.
NEXTCLOUD = calendar(
    "BEGIN:VEVENT\nUID:9f3\nDTSTART:20261124T150000\nDTEND:20261124T155000\nSUMMARY:Ż\\, Wren\n"
    "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT",
    "BEGIN:VJOURNAL\nUID:note\nDTSTART:20261124T150000\nEND:VJOURNAL",
)
