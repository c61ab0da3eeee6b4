"""People, roles, teams, supervision, absence, and what keeps a person's work safe."""

from accounts.models.backups import Backup
from accounts.models.disposals import DisposalCertificate
from accounts.models.history import HeadSent, HistoryLine, Seal
from accounts.models.people import Invitation, Role, RoleHeld, User
from accounts.models.practice import Practice, Site
from accounts.models.sign_in import Attempt, Device, FactorSecret
from accounts.models.teams import Absence, Supervision, Team, TeamMembership
from accounts.models.work import Draft, FormToken, Job

__all__ = [
    "Absence",
    "Attempt",
    "Backup",
    "Device",
    "DisposalCertificate",
    "Draft",
    "FactorSecret",
    "FormToken",
    "HeadSent",
    "HistoryLine",
    "Invitation",
    "Job",
    "Practice",
    "Role",
    "RoleHeld",
    "Seal",
    "Site",
    "Supervision",
    "Team",
    "TeamMembership",
    "User",
]
