from itertools import product
from pathlib import Path

import pytest
from django.utils import translation

from core.errors import RuleBroken
from endings.workflow import (
    TELLING,
    Need,
    Playbook,
    Stage,
    Step,
    Verdict,
    has_step,
    open_steps,
    stage_after,
    stage_of,
    steps_of,
    verdict,
    waits_for_telling,
)
from endings.workflow.law import AFTER_CLOSURE, SPANS
from endings.workflow.paper import as_markdown
from tests.endings.law_of_endings import LAW

ENDED = [Stage.CLOSED, Stage.FOLLOWED_UP]

NEEDS = {"!": Need.REQUIRED, "o": Need.OFFERED, "?": Need.IF_RECEIVED}
SAYS = {"yes": Verdict.ALLOW, "warn": Verdict.WARN, "no": Verdict.REFUSE}
Written = dict[tuple[Playbook, Step], list[Verdict]]


def written_law() -> tuple[Written, dict[Playbook, list[tuple[Step, Need, Step | None]]]]:
    """Return the verdicts by playbook and step, and the rows of each playbook in their order."""
    said: Written = {}
    rows: dict[Playbook, list[tuple[Step, Need, Step | None]]] = {}
    for line in LAW.strip().splitlines()[1:]:
        words = line.split()
        if len(words) == 1:
            playbook = Playbook[words[0]]
            rows[playbook] = []
            continue
        mark, name, *verdicts = words
        said[playbook, Step[name]] = [SAYS[word] for word in verdicts]
        if mark == "|":
            step, need, _none = rows[playbook].pop()
            rows[playbook].append((step, need, Step[name]))
        else:
            rows[playbook].append((Step[name], NEEDS[mark], None))
    return said, rows


VERDICTS, ROWS = written_law()


@pytest.mark.parametrize("playbook", Playbook)
def test_every_playbook_stage_and_step_is_as_it_is_written(playbook: Playbook) -> None:
    """Ten playbooks × eight stages × every step there is; what is not written is refused."""
    nowhere = [Verdict.REFUSE] * len(Stage)
    for step in Step:
        expected = VERDICTS.get((playbook, step), nowhere)
        assert [verdict(playbook, stage, step) for stage in Stage] == expected, step


@pytest.mark.parametrize("playbook", Playbook)
def test_every_playbook_has_the_written_steps_in_their_order(playbook: Playbook) -> None:
    assert [(row.step, row.need, row.instead) for row in steps_of(playbook)] == ROWS[playbook]


def test_the_written_law_speaks_of_all_ten_and_of_every_stage() -> None:
    assert set(ROWS) == set(Playbook)
    assert {len(verdicts) for verdicts in VERDICTS.values()} == {len(Stage)}
    assert len(Playbook) == 10


def test_every_step_has_a_place_in_some_playbook_and_a_span() -> None:
    assert set(SPANS) == set(Step)
    assert all(any(has_step(playbook, step) for playbook in Playbook) for step in Step)


@pytest.mark.parametrize("playbook", Playbook)
def test_every_combination_is_decided_and_moves_forward_or_is_refused(playbook: Playbook) -> None:
    for stage, step in product(Stage, Step):
        if verdict(playbook, stage, step) is Verdict.REFUSE:
            with pytest.raises(RuleBroken):
                stage_after(playbook, stage, step)
        else:
            assert stage_after(playbook, stage, step).place >= stage.place


@pytest.mark.parametrize("playbook", Playbook)
def test_only_three_reasons_ever_refuse(playbook: Playbook) -> None:
    for stage, step in product(Stage, Step):
        refused = verdict(playbook, stage, step) is Verdict.REFUSE
        unknown = not has_step(playbook, step)
        untold = stage is Stage.TO_TELL and waits_for_telling(playbook, step)
        closed = stage in ENDED and step not in AFTER_CLOSURE
        assert refused == (unknown or untold or closed), (stage, step)


@pytest.mark.parametrize("playbook", Playbook)
def test_the_way_in_its_order_is_allowed_from_beginning_to_end(playbook: Playbook) -> None:
    stage, said = Stage.TO_TELL, []
    for row in steps_of(playbook):
        said.append(verdict(playbook, stage, row.step))
        stage = stage_after(playbook, stage, row.step)
    assert set(said) == {Verdict.ALLOW}
    assert stage in ENDED


@pytest.mark.parametrize("playbook", Playbook)
def test_the_required_steps_alone_are_in_order_too(playbook: Playbook) -> None:
    stage, said = Stage.TO_TELL, []
    for row in steps_of(playbook):
        if row.need is Need.REQUIRED:
            said.append(verdict(playbook, stage, row.step))
            stage = stage_after(playbook, stage, row.step)
    assert set(said) == {Verdict.ALLOW}


@pytest.mark.parametrize("playbook", TELLING)
def test_the_receiver_stays_invisible_until_the_client_knows(playbook: Playbook) -> None:
    for step in (Step.OPTIONS, Step.HANDOVER, Step.HANDOVER_FILE, Step.CLOSE):
        assert verdict(playbook, Stage.TO_TELL, step) is Verdict.REFUSE


def test_a_refusal_says_what_to_do_first() -> None:
    with pytest.raises(RuleBroken, match="First tell the client"):
        stage_after(Playbook.DEPARTURE, Stage.TO_TELL, Step.OPTIONS)
    with pytest.raises(RuleBroken, match="closed and stays as it was"):
        stage_after(Playbook.DEPARTURE, Stage.CLOSED, Step.TELL)
    with pytest.raises(RuleBroken, match="no such step"):
        stage_after(Playbook.DEPARTURE, Stage.TOLD, Step.OUTREACH)


@pytest.mark.parametrize("step", [row.step for row in steps_of(Playbook.DEPARTURE)])
def test_who_cannot_be_told_still_gets_an_ending(step: Step) -> None:
    said = verdict(Playbook.DEPARTURE, Stage.TO_TELL, step, not_told_stands=True)
    assert said is not Verdict.REFUSE
    assert stage_after(Playbook.DEPARTURE, Stage.TO_TELL, step, not_told_stands=True) in Stage


def test_telling_a_second_person_moves_nothing_back() -> None:
    assert stage_after(Playbook.DEPARTURE, Stage.CHOSEN, Step.TELL) is Stage.CHOSEN


def test_asking_after_somebody_early_leaves_the_file_to_be_closed() -> None:
    stage = stage_after(Playbook.DEPARTURE, Stage.LAST_HELD, Step.FOLLOW_UP)
    assert stage is Stage.LAST_HELD
    assert stage_after(Playbook.DEPARTURE, stage, Step.CLOSE) is Stage.CLOSED
    assert stage_after(Playbook.DEPARTURE, Stage.CLOSED, Step.FOLLOW_UP) is Stage.FOLLOWED_UP


def test_the_stage_of_standing_facts_does_not_ask_for_their_order() -> None:
    facts = [Step.CHOICE, Step.TELL, Step.RISK]
    assert stage_of(Playbook.DEPARTURE, facts) is Stage.CHOSEN
    assert stage_of(Playbook.DEPARTURE, [Step.TELL]) is Stage.TOLD
    assert stage_of(Playbook.DEPARTURE, []) is Stage.TO_TELL
    assert stage_of(Playbook.DEPARTURE, [Step.TELL, Step.FOLLOW_UP]) is Stage.TOLD
    assert (
        stage_of(Playbook.DEPARTURE, [Step.TELL, Step.FOLLOW_UP, Step.CLOSE]) is Stage.FOLLOWED_UP
    )


def test_open_steps_name_what_is_missing_and_never_what_was_only_offered() -> None:
    done = [Step.TELL, Step.OPTIONS, Step.NO_LAST]
    assert open_steps(Playbook.DEPARTURE, done) == (Step.CHOICE, Step.CLOSE, Step.FOLLOW_UP)
    assert Step.HANDOVER in open_steps(Playbook.DEPARTURE, done, somebody_receives=True)
    assert Step.CONSOLIDATE not in open_steps(Playbook.DEPARTURE, [], somebody_receives=True)


def test_sudden_absence_says_goodbye_first_and_finds_a_place_afterwards() -> None:
    for step in (Step.OPTIONS, Step.HANDOVER_FILE):
        assert verdict(Playbook.SUDDEN, Stage.LAST_HELD, step) is Verdict.ALLOW


def test_the_page_of_the_law_is_written_from_the_tables() -> None:
    page = Path(__file__).parents[2] / "docs" / "workflow.md"
    with translation.override("en"):
        assert page.read_text(encoding="utf-8") == as_markdown(), "run script/manage write_workflow"


def test_plain_words_from_the_database_are_understood() -> None:
    assert verdict("departure", "to_tell", "tell") is Verdict.ALLOW
    assert stage_after("departure", "to_tell", "tell") is Stage.TOLD
