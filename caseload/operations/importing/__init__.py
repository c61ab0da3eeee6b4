"""How an import becomes rows: gathered, settled, written kind by kind, taken back.

The parts of `caseload.operations.imports`; nothing here asks who acts, and nothing commits.
"""
