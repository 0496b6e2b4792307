"""Suggestions follow from losses, gains and recipe."""

import pytest

from tests.report.build import small_results
from wardspace.config.recommended import MEASURED, NAME, RECIPE
from wardspace.report.findings.next_steps import next_steps
from wardspace.report.page import page
from wardspace.report.score_table import Board
from wardspace.report.wording import guidance as say
from wardspace.results import LossPoint, StageCost

GAIN, TIE = (0.02, 0.01, 0.03), (0.01, -0.01, 0.03)


def stage(losses=(), **options):
    points = [LossPoint(tokens=250 * i, loss=loss) for i, loss in enumerate(losses)]
    return StageCost(
        objective="blend" if options else "mlm", options=options, tokens=1000, padding=0, notes_seen=1, notes_read=1,
        notes_left_out=0, steps=1, seconds=1, parameters_updated=1, parameters=1, device="cpu", losses=points,
    )  # fmt: skip


def suggestions(gaps, stages=()):
    results = small_results({"mlm": gaps})
    base, mlm = results.models
    models = [base, mlm.model_copy(update={"stages": list(stages)})]
    return [finding.text for finding in next_steps(Board(results.model_copy(update={"models": models})))]


def test_nothing_is_suggested_after_a_gain_and_an_ended_training():
    assert suggestions([GAIN], [stage((4.0, 2.0, 1.5, 1.2, 1.19))]) == []


def test_a_loss_that_still_fell_suggests_more_tokens():
    assert suggestions([GAIN], [stage((4.0, 2.0, 1.5, 1.2, 1.0))]) == [say.still_learning("mlm", 0.2 / 3, 0.25)]


def test_a_loss_that_rose_at_the_end_does_not():
    assert suggestions([GAIN], [stage((4.0, 2.0, 1.0, 1.2, 1.1))]) == []


def test_without_a_gain_the_recipe_and_the_search_are_suggested():
    assert suggestions([TIE], [stage()]) == [say.try_elsewhere(["t"], "base", NAME)]
    assert suggestions([TIE, GAIN], [stage()]) == []  # one gain with some number of labels is enough


def test_the_recipe_is_recognised_whatever_its_name():
    options = dict(RECIPE["objectives"][0]["blend"])
    found = suggestions([TIE], [stage(**options)])
    assert found == [say.try_elsewhere(["t"], "base", None), say.measured_elsewhere(["mlm"], MEASURED)]
    assert suggestions([GAIN], [stage(**{**options, "weight": 2.0})]) == []


@pytest.mark.parametrize(("gap", "shown"), [(TIE, True), (GAIN, False)])
def test_the_page_shows_them(study, gap, shown):
    html = page(small_results({"mlm": [gap]}), {}, study.report, study)
    assert ("What to try next" in html) is shown
