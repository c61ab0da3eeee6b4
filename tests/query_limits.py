"""How many questions each page may ask the database: the one place where the limits stand.

Counted is every statement of a request by somebody signed in: session, person, the signed actor's
`set_config`, savepoints, the read log. BEGIN and COMMIT frame them and are not counted.
"""

MOST = 12

# Lists and boards: for everybody who may open them, with one client, thirty and three hundred.
LISTS = (
    "accounts:people",
    "caseload:absences",
    "caseload:appointments",
    "caseload:imports",
    "caseload:places",
    "caseload:sessions",
    "caseload:set_cadences",
    "caseload:week",
    "caseload:who_has_read",
    "desk:calendar",
    "desk:calendar_of_person",
    "desk:calendar_of_room",
    "desk:calendar_of_site",
    "desk:caseload",
    "desk:client",
    "desk:more",
    "desk:search",
    "desk:supervision",
    "desk:supervisors_desk",
    "desk:today",
    "endings:board",
    "endings:endings",
    "endings:received",
    "referrals:directory",
    "referrals:shortlist",
    "reminders:inbox",
    "reminders:operations",
)

# What an address can ask besides; each is a list of its own.
ASKED = (
    ("caseload:sessions", "show=past"),
    ("caseload:sessions", "show=open"),
    ("desk:caseload", "show=ending&sort=weight"),
    ("desk:caseload", "show=coming"),
    ("endings:board", "view=table"),
    ("endings:endings", "show=closed"),
    ("referrals:directory", "q=talks"),
)

# Pages above MOST: their exact number, which can only go down, and why.
ABOVE: dict[str, tuple[int, str]] = {
    "account_reauthenticate": (13, "allauth asks which second factors there are, each by itself."),
    "endings:client_dates": (
        27,
        "One client's dates are drawn from the plan of the whole caseload.",
    ),
    "endings:close_ending": (19, "What is still open is said from everything that is recorded."),
    "endings:correct_telling": (17, "Two versions of a telling, its people, sessions and notice."),
    "endings:ending": (17, "Every step of the way with its facts, versions and exceptions."),
    "endings:plan": (
        28,
        "The planner reads sessions, rooms, absences and places of everybody in it.",
    ),
    "endings:record_told_in_person": (15, "Who is told, in which session, with which notice."),
    "mfa_add_webauthn": (15, "allauth asks for the keys there are several times over."),
    "referrals:choose_option": (15, "A search, beside the list it is for."),
    "referrals:option_set": (15, "A search, a list of options, and how each of them went."),
}
