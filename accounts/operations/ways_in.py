"""How somebody gets a way in that a practice admin has made for them: shown once, or sent to their own address.

A practice admin has no road to clinical rows, so no code that leads to any is ever shown to them.
"""

from collections.abc import Mapping

from accounts.models import Practice, User
from accounts.operations.closing import open_with
from accounts.operations.invitations import mail_invitations
from core.tasks import send_after_commit


def that_may_be_shown(codes: Mapping[User, str], practice: Practice) -> dict[User, str]:
    """Return the codes of those with whom nothing stands yet; the others get theirs by mail, and nobody else does.

    Somebody imported with a caseload, or named to lead others, is somebody's confidant before they come in.
    Needs a practice admin to be acting.
    """
    shown = {person: code for person, code in codes.items() if not open_with(person)}
    mail_invitations({who: code for who, code in codes.items() if who not in shown}, practice)
    return shown


def ask_for_new_password(person: User) -> bool:
    """Send a link for a new password to the person's own address; False where they have no password here."""
    if not (person.email and person.has_usable_password() and person.may_come_in):
        return False
    send_after_commit("accounts.tasks.send_reset_link", person.email)
    return True
