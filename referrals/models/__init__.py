"""The directory, what clients are offered from it, and whether they arrived."""

from referrals.models.details import Address, Contact, Language, Phone, Schedule
from referrals.models.directory import (
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    Source,
)
from referrals.models.options import Choice, ChoiceOption, OptionSet, ReferralOption
from referrals.models.practice import (
    Accepting,
    DirectoryImport,
    DirectoryIssue,
    LocalOverlay,
    NewClients,
    Shortlist,
    Verification,
)
from referrals.models.referrals import FollowUp, Referral, ReferralMove
from referrals.models.search import SearchEntry

__all__ = [
    "Accepting",
    "Address",
    "Choice",
    "ChoiceOption",
    "Contact",
    "DirectoryImport",
    "DirectoryIssue",
    "FollowUp",
    "Language",
    "LocalOverlay",
    "Location",
    "NewClients",
    "OptionSet",
    "Organization",
    "Phone",
    "Referral",
    "ReferralMove",
    "ReferralOption",
    "Schedule",
    "SearchEntry",
    "Service",
    "ServiceAtLocation",
    "Shortlist",
    "Source",
    "Verification",
]
