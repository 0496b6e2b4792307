"""Suggestions follow from losses, gains and recipe."""

import pytest

from tests.report.build import small_results
from wardspace.config.recommended import MEASURED, RECIPE
from wardspace.report.findings.next_steps import next_steps
from wardspace.report.page import page
from wardspace.report.score_table import Board
from wardspace.results.results import LossPoint, StageCost

GAIN, TIE = (0.02, 0.01, 0.03), (0.01, -0.01, 0.03)


def stage(losses=(), **options):
    points = [LossPoint(tokens=250 * i, loss=loss) for i, loss in enumerate(losses)]
    return StageCost(
        objective="blend" if options else "mlm", options=options, tokens=1000, padding=0, notes_seen=1, notes_read=1,
        notes_left_out=0, steps=1, seconds=1, parameters_updated=1, parameters=1, device="cpu", losses=points,
    )  # fmt: skip


def said(gaps, stages=()):
    results = small_results({"mlm": gaps})
    base, mlm = results.models
    return [
        finding.text
        for finding in next_steps(
            Board(results.model_copy(update={"models": [base, mlm.model_copy(update={"stages": list(stages)})]}))
        )
    ]


def test_nothing_is_suggested_after_a_gain_and_an_ended_training():
    assert said([GAIN], [stage((4.0, 2.0, 1.5, 1.2, 1.19))]) == []


def test_a_loss_that_still_fell_asks_for_more_tokens():
    (text,) = said([GAIN], [stage((4.0, 2.0, 1.5, 1.2, 1.0))])
    assert text.startswith("mlm was still learning when its tokens were spent: 7% of the whole fall")
    assert "the last 25% of them" in text
    assert "budget.tokens" in text


def test_a_loss_that_rose_at_the_end_does_not():
    assert said([GAIN], [stage((4.0, 2.0, 1.0, 1.2, 1.1))]) == []


def test_without_a_gain_the_recipe_and_the_search_are_named():
    (text,) = said([TIE], [stage()])
    assert text.startswith("t: no adapted model is shown above base")
    assert "The recipe objective: recommended was not among them" in text
    assert "wardspace search" in text
    assert said([TIE, GAIN], [stage()]) == []  # a gain with one number of labels is one


def test_the_recipe_is_told_with_what_it_gave_elsewhere_whatever_its_name():
    options = dict(RECIPE["objectives"][0]["blend"])
    without, known = said([TIE], [stage(**options)])
    assert "was not among them" not in without
    assert known == f"What mlm gave elsewhere: {MEASURED}"
    assert said([GAIN], [stage(**{**options, "weight": 2.0})]) == []


@pytest.mark.parametrize(("gap", "shown"), [(TIE, True), (GAIN, False)])
def test_the_page_shows_them(study, gap, shown):
    html = page(small_results({"mlm": [gap]}), {}, study.report, study)
    assert ("What to try next" in html) is shown
