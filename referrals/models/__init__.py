"""The directory, what clients are offered from it, and whether they arrived."""

from referrals.models.details import Address, Contact, Language, Phone, Schedule
from referrals.models.directory import (
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    Source,
)
from referrals.models.imports import (
    Correction,
    DirectoryChange,
    DirectoryImport,
    DirectoryIssue,
    PutAside,
)
from referrals.models.more import (
    Attribute,
    CostOption,
    DirectoryObject,
    OrganizationIdentifier,
    ServiceArea,
    ServiceCapacity,
    Taxonomy,
    TaxonomyTerm,
    Unit,
)
from referrals.models.options import Choice, ChoiceOption, OptionSet, ReferralOption
from referrals.models.practice import (
    Accepting,
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
    "Attribute",
    "Choice",
    "ChoiceOption",
    "Contact",
    "Correction",
    "CostOption",
    "DirectoryChange",
    "DirectoryImport",
    "DirectoryIssue",
    "DirectoryObject",
    "FollowUp",
    "Language",
    "LocalOverlay",
    "Location",
    "NewClients",
    "OptionSet",
    "Organization",
    "OrganizationIdentifier",
    "Phone",
    "PutAside",
    "Referral",
    "ReferralMove",
    "ReferralOption",
    "Schedule",
    "SearchEntry",
    "Service",
    "ServiceArea",
    "ServiceAtLocation",
    "ServiceCapacity",
    "Shortlist",
    "Source",
    "Taxonomy",
    "TaxonomyTerm",
    "Unit",
    "Verification",
]
