"""The law as a page that a supervisor can read: `docs/workflow.md` is what this returns."""

from collections.abc import Iterator
from itertools import pairwise

from endings.workflow.law import TELLING, span_of, verdict
from endings.workflow.names import Need, Playbook, Stage, Step, Verdict
from endings.workflow.playbooks import PlaybookStep, steps_of

INTRODUCTION = """\
# The steps of an ending

Written by `script/manage write_workflow` from `endings/workflow/`; a test compares the two.

An ending's playbook follows from who began it, whether it was planned, and why (R6). Its stage is
the furthest fact reached and never moves back. *allowed*: in order. *warned*: recorded as it
happened, with its reason, and seen by the supervisor (R23). *refused*: it presupposes a telling
before there is one (R5), or the file is closed. Where an exception says that a client cannot be
told, what waits for the telling is warned about instead. Corrections are rows of their own and
pass at every stage. *Offered and not wanted* completes any step. Only an involuntary exit waits
for a supervisor's yes; nothing else is held up.
"""

WORDS = {Verdict.ALLOW: "allowed", Verdict.WARN: "warned", Verdict.REFUSE: "refused"}
ARROWS = {Need.REQUIRED: "-->", Need.IF_RECEIVED: "-. if somebody receives .->"}


def as_markdown() -> str:
    """Return the whole page in the active language's labels; activate English to write the file."""
    chapters = ["\n".join(_chapter(playbook)) for playbook in Playbook]
    return INTRODUCTION + "\n" + "\n\n".join(chapters) + "\n"


def _chapter(playbook: Playbook) -> Iterator[str]:
    """Yield the lines of one playbook: its way as a drawing, then its table."""
    yield f"## {playbook.label} (`{playbook}`)"
    yield ""
    yield _what_waits(playbook)
    yield ""
    yield "```mermaid"
    yield "flowchart LR"
    yield from _drawing(playbook)
    yield "```"
    yield ""
    yield from _table(playbook)


def _what_waits(playbook: Playbook) -> str:
    telling = TELLING.get(playbook)
    if telling is None:
        return "The client begins it or both agree: nothing waits for a telling."
    return f"Nothing goes on before “{telling.label}”."


def _drawing(playbook: Playbook) -> Iterator[str]:
    rows = steps_of(playbook)
    for row in rows:
        reaches = span_of(playbook, row.step).reaches
        fact = f"<br><small>{reaches.label}</small>" if reaches else ""
        left, right = ("([", "])") if row.need is Need.OFFERED else ("[", "]")
        yield f'    {_knot(row)}{left}"{row.step.label}{fact}"{right}'
    for before, after in pairwise(rows):
        yield f"    {_knot(before)} {ARROWS.get(after.need, '-. offered .->')} {_knot(after)}"


def _knot(row: PlaybookStep) -> str:
    """Mermaid keeps some plain words for itself, so every knot has a prefix."""
    return f"step_{row.step}"


def _table(playbook: Playbook) -> Iterator[str]:
    yield "| step | need | " + " | ".join(str(stage.label) for stage in Stage) + " |"
    yield "|---|---|" + "---|" * len(Stage)
    for row in steps_of(playbook):
        yield _line(playbook, row.step, str(row.need.label).lower())
        if row.instead is not None:
            yield _line(playbook, row.instead, f"instead of “{row.step.label}”")


def _line(playbook: Playbook, step: Step, need: str) -> str:
    cells = [WORDS[verdict(playbook, stage, step)] for stage in Stage]
    return f"| {step.label} | {need} | " + " | ".join(cells) + " |"
