"""How the pages of the caseload answer: as every page does."""

from core.http import back_to, differences, in_words, overtaken, revision_of, sent_to, show, taken

__all__ = [
    "back_to",
    "differences",
    "in_words",
    "overtaken",
    "revision_of",
    "sent_to",
    "show",
    "taken",
]
