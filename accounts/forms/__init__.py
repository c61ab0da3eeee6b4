"""Forms of people and of the practice, one module a subject."""

from accounts.forms.people import (
    OWN_NAMES,
    AcceptInvitationForm,
    InvitationForm,
    InviteManyForm,
    OwnSettingsForm,
    RolesForm,
    WorkingForm,
    languages,
    weekday_names,
)

__all__ = [
    "OWN_NAMES",
    "AcceptInvitationForm",
    "InvitationForm",
    "InviteManyForm",
    "OwnSettingsForm",
    "RolesForm",
    "WorkingForm",
    "languages",
    "weekday_names",
]
