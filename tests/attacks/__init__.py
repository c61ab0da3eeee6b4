"""What an attacker would try (issue 4, section 5), each in a module of its own.

What stands elsewhere already: nobody goes around the second step by typing an address (tests/accounts/test_gate),
one code of two requests at the same instant (test_second_factor), a reset link works once (test_door), files
that are compressed, cut off or nested without end (tests/caseload/imports/test_files), nobody's name leaves the
app (tests/test_canary), the hidden fields of a draft (tests/accounts/test_drafts).
"""
