"""The law as data, read line for line against domain.md: playbook × stage × step.

Each line is one step.
First the need: `!` required, `o` offered, `?` if somebody receives, `|` instead of the line above. Then
the stages in their order: yes (in order), warn (out of order: recorded with its reason), no (refused).
A step that a playbook does not name is refused at every stage.
"""

LAW = """
                     TO_TELL TOLD  OPT   CHOSEN HANDED LAST  CLOSED FOLLOWED
DEPARTURE
    o RISK           yes     yes   yes   yes    yes    yes   no     no
    ! TELL           yes     yes   warn  warn   warn   warn  no     no
    ! OPTIONS        no      yes   yes   yes    warn   warn  no     no
    ! CHOICE         no      warn  yes   yes    yes    warn  no     no
    o CONSOLIDATE    no      yes   yes   yes    yes    warn  no     no
    ? HANDOVER       no      warn  warn  yes    yes    warn  no     no
    ! LAST           no      warn  warn  yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! CLOSE          no      warn  warn  warn   warn   yes   no     no
    ! FOLLOW_UP      no      warn  warn  warn   warn   warn  yes    yes
GOALS_MET
    ! AGREE          yes     yes   warn  warn   warn   warn  no     no
    ! CONSOLIDATE    warn    yes   yes   yes    yes    warn  no     no
    o TAPER          warn    yes   yes   yes    yes    warn  no     no
    o GROWTH         warn    yes   yes   yes    yes    warn  no     no
    ! LAST           warn    yes   yes   yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! CLOSE          warn    warn  warn  warn   warn   yes   no     no
    o FOLLOW_UP      warn    warn  warn  warn   warn   warn  yes    yes
GOALS_NOT_MET
    ! AGREE          yes     yes   warn  warn   warn   warn  no     no
    ! TWO_QUESTIONS  warn    yes   yes   yes    yes    yes   no     no
    ! OPTIONS        warn    yes   yes   yes    warn   warn  no     no
    ! CHOICE         warn    warn  yes   yes    yes    warn  no     no
    ! LAST           warn    warn  warn  yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! CLOSE          warn    warn  warn  warn   warn   yes   no     no
    ! FOLLOW_UP      warn    warn  warn  warn   warn   warn  yes    yes
AGREED_TERM
    ! RETURN_TO_IT   yes     yes   warn  warn   warn   warn  no     no
    ! OPTIONS        warn    yes   yes   yes    warn   warn  no     no
    ! CHOICE         warn    warn  yes   yes    yes    warn  no     no
    o CONSOLIDATE    warn    yes   yes   yes    yes    warn  no     no
    ! LAST           warn    warn  warn  yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! CLOSE          warn    warn  warn  warn   warn   yes   no     no
    ! FOLLOW_UP      warn    warn  warn  warn   warn   warn  yes    yes
ANOTHER_THERAPIST
    ! TALK           yes     yes   warn  warn   warn   warn  no     no
    ! OPTIONS        warn    yes   yes   yes    warn   warn  no     no
    ! CHOICE         warn    warn  yes   yes    yes    warn  no     no
    o HANDOVER       warn    warn  warn  yes    yes    warn  no     no
    ! CLOSE          warn    warn  warn  yes    yes    yes   no     no
    o FOLLOW_UP      warn    warn  warn  warn   warn   warn  yes    yes
STOPPED_BY_MESSAGE
    ! REPLY          yes     yes   warn  warn   warn   warn  no     no
    o LAST           warn    yes   yes   yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! RISK           yes     yes   yes   yes    yes    yes   no     no
    ! DEBRIEF        yes     yes   yes   yes    yes    yes   no     no
    ! CLOSE          warn    yes   yes   yes    yes    yes   no     no
LOST_CONTACT
    ! OUTREACH       yes     yes   yes   yes    yes    yes   no     no
    ! RISK           yes     yes   yes   yes    yes    yes   no     no
    ! SUPERVISOR     yes     yes   yes   yes    yes    yes   no     no
    ! LETTER         yes     yes   yes   yes    yes    yes   no     no
    ! OPEN_DOOR      yes     yes   yes   yes    yes    yes   no     no
    ! DEBRIEF        yes     yes   yes   yes    yes    yes   no     no
    ! CLOSE          yes     yes   yes   yes    yes    yes   no     no
UNAVAILABLE
    ! KNOWN          yes     yes   yes   yes    yes    yes   no     no
    o CONTACT        yes     yes   yes   yes    yes    yes   no     no
    ! OPTIONS        yes     yes   yes   yes    warn   warn  no     no
    ! DEBRIEF        yes     yes   yes   yes    yes    yes   no     no
    ! CLOSE          warn    warn  yes   yes    yes    yes   no     no
SUDDEN
    ! NAME_COLLEAGUE yes     warn  warn  warn   warn   warn  no     no
    ! LIVE_VOICE     yes     yes   warn  warn   warn   warn  no     no
    ! LAST           no      yes   yes   yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! OPTIONS        no      yes   yes   yes    yes    yes   no     no
    ! HANDOVER_FILE  no      warn  yes   yes    yes    yes   no     no
    ! CLOSE          no      warn  warn  warn   warn   yes   no     no
    ! FOLLOW_UP      no      warn  warn  warn   warn   warn  yes    yes
INVOLUNTARY
    ! GROUND         yes     warn  warn  warn   warn   warn  no     no
    ! PRIOR_NOTICE   yes     warn  warn  warn   warn   warn  no     no
    ! TELL           yes     yes   warn  warn   warn   warn  no     no
    ! RISK           yes     yes   yes   yes    yes    yes   no     no
    ! OBJECTION      no      yes   yes   yes    yes    yes   no     no
    ! CONSENT        yes     yes   yes   yes    yes    yes   no     no
    ! OPTIONS        no      yes   yes   yes    warn   warn  no     no
    ! LAST           no      warn  yes   yes    yes    warn  no     no
    | NO_LAST        warn    yes   yes   yes    yes    warn  no     no
    ! CLOSE          no      warn  warn  warn   warn   yes   no     no
    ! FOLLOW_UP      no      warn  warn  warn   warn   warn  yes    yes
"""
