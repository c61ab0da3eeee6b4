"""Pure readers of other people's files: bytes in, frozen records and problems out.

No clock and no database stand here. A reader never changes anything and never invents a rhythm
(decision 14); `caseload.operations.imports` decides what becomes of what was read.
"""
