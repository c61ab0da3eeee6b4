"""Reading a calendar: looked at first, applied in one transaction, taken back; the same again changes nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Practice, User
from caseload.models import Appointment, AppointmentRun, Room, Session
from caseload.operations.appointments.settling import Here, Verdict, Watch, settle
from caseload.operations.rhythms import AHEAD
from caseload.operations.sessions import When, move_session, undo_state
from caseload.readers.appointments import Read, Unreadable, read_apart
from caseload.readers.fetching import NotFetched, fetched
from core.errors import RuleBroken

State = AppointmentRun.State
ACTS = (Verdict.NEW, Verdict.CHANGED, Verdict.GONE)
ALWAYS_BY_ITSELF = 3  # sessions that may go in one night without somebody looking
TO_LOOK_AT = (Verdict.UNMATCHED, Verdict.REFUSED)


def text_of(run: AppointmentRun) -> str:
    """Return the file of a reading: what was brought, or what lies at the address. Raises RuleBroken."""
    if not run.text:
        try:
            run.text = fetched(str(run.source.address))
        except NotFetched as refusal:
            raise RuleBroken(not_fetched(refusal.code)) from None
        run.save(update_fields=["text", "text_digest"])
    return str(run.text)


def read_of(run: AppointmentRun, at: datetime) -> Read:
    """Return the appointments of the next 16 weeks. Raises RuleBroken for a file that cannot be read."""
    zone = str(Practice.objects.current().tzinfo)
    try:
        return read_apart(text_of(run), zone=zone, begin=at, end=at + AHEAD)
    except Unreadable as refusal:
        raise RuleBroken(not_read(refusal.code)) from None


def preview(*, run: AppointmentRun, by: User, at: datetime, watch: Watch) -> list[Appointment]:
    """Say what a reading would do. It is done and taken back, so that what is said is true."""
    read = read_of(run, at)
    with transaction.atomic():
        rows = settle(
            run, read.found, Here.of(run, by=by, at=at, end=at + AHEAD), at + AHEAD, watch
        )
        transaction.set_rollback(True)
    for row in rows:
        if row.verdict == Verdict.NEW:
            row.session_key = None
    keep(run, rows, read)
    return rows


@transaction.atomic
def apply(*, run: AppointmentRun, by: User, at: datetime, watch: Watch) -> list[Appointment]:
    """Do it, all in one; the words of the calendar and the file itself are forgotten then."""
    read = read_of(run, at)
    rows = settle(run, read.found, Here.of(run, by=by, at=at, end=at + AHEAD), at + AHEAD, watch)
    for row in rows:
        row.words = ""
    run.state, run.applied_at, run.text, run.held_back = State.APPLIED, at, "", False
    keep(run, rows, read)
    return rows


@transaction.atomic
def keep(run: AppointmentRun, rows: Sequence[Appointment], read: Read) -> None:
    run.appointments.all().delete()
    Appointment.objects.bulk_create(rows)
    run.skipped = dict(read.skipped)
    run.save()


def may_apply_by_itself(run: AppointmentRun, rows: Sequence[Appointment]) -> bool:
    """Say whether a night's reading needs nobody's look: the calendar is known, and has not lost half of it."""
    if not AppointmentRun.objects.filter(source=run.source_id, state=State.APPLIED).exists():
        return False
    counted = Counter(row.verdict for row in rows)
    known = counted[Verdict.GONE] + counted[Verdict.SAME] + counted[Verdict.CHANGED]
    return counted[Verdict.GONE] <= max(ALWAYS_BY_ITSELF, known // 2)


def is_quiet(run: AppointmentRun, rows: Sequence[Appointment]) -> bool:
    """Say whether a reading changes nothing and knows nothing that was not known."""
    known = set(
        Appointment.objects.filter(run__source=run.source_id, run__state=State.APPLIED).values_list(
            "key", flat=True
        )
    )
    return not any(
        row.verdict in ACTS or (row.verdict == Verdict.SAME and row.key not in known)
        for row in rows
    )


@transaction.atomic
def undo(*, run: AppointmentRun, by: User, at: datetime) -> AppointmentRun:
    """Take a reading back; what a person has changed since stays, and is counted.

    Raises RuleBroken where it is not in force, or a newer reading of the same calendar stands on it.
    """
    run = AppointmentRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    newer = AppointmentRun.objects.filter(source=run.source_id, state=State.APPLIED)
    if run.state != State.APPLIED:
        raise RuleBroken(_("This reading is not in force."))
    if newer.filter(applied_at__gt=run.applied_at).exists():
        raise RuleBroken(
            _("A newer reading of this calendar stands on it. Take that one back first.")
        )
    run.state, run.undone_at = State.UNDONE, at
    rows = {verdict: run.appointments.filter(verdict=verdict) for verdict in ACTS}
    every = [row for verdict in ACTS for row in rows[verdict]]
    run.stayed = sum(not taken_back(row, run, by, at) for row in every)
    run.save(update_fields=["state", "undone_at", "stayed"])
    return run


def taken_back(row: Appointment, run: AppointmentRun, by: User, at: datetime) -> bool:
    """Take one row back; False where the session was changed since, or its old place is taken."""
    sessions = Session.objects.editable_by(by)
    session = sessions.filter(pk=row.session_key).first() if row.session_key else None
    if session is None or session.revision != row.revision:
        return False
    try:
        with transaction.atomic():
            if row.verdict == Verdict.NEW:
                session.delete()
                return True
            stands = (
                move_session(session=session, to=place_before(row), by=by)
                if row.verdict == Verdict.CHANGED
                else undo_state(session=session, by=by, at=at)
            )
    except (RuleBroken, ProtectedError):
        return False
    earlier = Appointment.objects.filter(run__source=run.source_id, session_key=session.pk)
    earlier.update(revision=stands.revision)  # the one before knows it again
    return True


def place_before(row: Appointment) -> When:
    said = row.before
    starts_at = parse_datetime(said["starts_at"])
    assert starts_at is not None  # noqa: S101 -- written by `as_it_stood`
    room = Room.objects.filter(pk=said["room"]).first() if said["room"] else None
    return When(starts_at, said["minutes"], said["mode"], room)


def not_fetched(code: str) -> str:
    """Say why an address gave nothing."""
    return {
        "address": _("This is no address of a calendar. It begins with https:// or webcal://."),
        "internal": _(
            "This address leads into a private network. Only the open internet is asked."
        ),
        "not_found": _("There is no such server. Look at the address again."),
        "refused": _("The server does not give this calendar out. Has its address been changed?"),
        "too_large": _("This calendar is too large: more than 5 MB."),
        "too_slow": _("The server takes too long to answer. Try again later."),
    }.get(code, _("The server could not be reached safely. Try again later."))


def not_read(code: str) -> str:
    """Say why a file as a whole cannot be read."""
    return {
        "no_calendar": _("This is no calendar file (.ics)."),
        "too_large": _("This calendar is too large: more than 5 MB."),
        "too_many": _("This calendar holds too many appointments. Export a shorter span."),
        "too_slow": _("This calendar takes too long to read. One of its series may be wrong."),
    }[code]
