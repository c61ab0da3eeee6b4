"""Forms of the directory and of options: their fields are the arguments of the operations."""

from referrals.forms.entries import CheckForm, KeepForm, OwnViewForm
from referrals.forms.options import MoveForm, ReasonsForm, SuggestionForm
from referrals.forms.search import SearchForm

__all__ = [
    "CheckForm",
    "KeepForm",
    "MoveForm",
    "OwnViewForm",
    "ReasonsForm",
    "SearchForm",
    "SuggestionForm",
]
