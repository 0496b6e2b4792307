import re

import numpy as np
import pyarrow as pa
import pytest

from tests.fixtures.predictions import run_table
from tests.fixtures.tasks import single_label
from tests.report.build import small_results
from wardspace.config import ReportConfig, parse_study
from wardspace.evaluation.trust.abstention import abstention, risk_curves
from wardspace.evaluation.trust.calibration import calibration, reliability
from wardspace.report.figures.reliability import BOTTOM, HEIGHT, TOP
from wardspace.report.page import page
from wardspace.report.score_table import Board
from wardspace.report.tables.trust import trust_views
from wardspace.report.wording import measures as say

CONFIG = ReportConfig(resamples=200)
TASKS = single_label(t=["a", "b"])


def said(split, sharp, seed):
    rng = np.random.default_rng(seed)
    honest = 0.5 + 0.4 * rng.random(800)
    truth = np.where(rng.random(800) < honest, 0, 1)
    sure = honest**sharp / (honest**sharp + (1 - honest) ** sharp)
    return truth, np.stack([sure, 1 - sure], axis=1), split


@pytest.fixture(scope="module")
def measured():
    tables = []
    for model, sharp in (("tfidf", 0.3), ("base", 1), ("mlm", 3)):
        for split, seed in (("validation", 1), ("test", 2)):
            truth, probabilities, _ = said(split, sharp, seed)
            tables.append(run_table(truth, probabilities, task="t", model=model, split=split))
    table = pa.concat_tables(tables)
    points, areas = risk_curves(table, TASKS, CONFIG)
    return small_results(
        {"tfidf": [(0, -0.1, 0.1)], "mlm": [(0, -0.1, 0.1)]},
        calibration=[*calibration(table, TASKS, CONFIG), *areas],
        reliability=reliability(table, TASKS, CONFIG),
        risk=points,
        abstention=abstention(table, TASKS, CONFIG),
    )


def test_each_model_has_the_direction_of_its_error(measured):
    (view,) = trust_views(Board(measured))
    texts = {finding.text.split(":")[0]: finding for finding in view.findings}
    assert list(texts) == ["tfidf", "base", "mlm"]
    errors = {row.model: row for row in measured.calibration if row.measure == "ece" and row.temperature is None}
    assert texts["base"].tone == "tie"
    assert texts["base"].text == say.calibrated("base", errors["base"])
    assert " underconfident " in texts["tfidf"].text
    assert " overconfident " in texts["mlm"].text


def test_the_table_holds_what_was_measured(measured):
    (view,) = trust_views(Board(measured))
    sharp = next(row for row in view.rows if row.model == "mlm")
    assert float(sharp.scaled_error) < float(sharp.error)
    assert float(sharp.temperature) > 2
    assert view.rules == ["answer 50%", "answer 80%", "answer 90%", "at most 5% wrong", "at most 10% wrong"]
    outcomes = dict(view.abstention)["mlm"]
    assert re.match(r"\d\d% .*\(\d\d% to \d\d%\)", outcomes[0][0])
    assert re.search(r"\d\d\.\d .*\(\d\d\.\d to \d\d\.\d\)", outcomes[0][1])
    assert outcomes[3] == (say.NO_THRESHOLD, "")


def test_the_page_shows_figures_with_descriptions(measured):
    html = page(measured, {}, CONFIG, parse_study({}))
    section = re.search(r'<section id="trust".*?</section>', html, re.DOTALL)[0]
    assert section.count('data-figure="reliability"') == 3
    assert section.count('data-figure="risk"') == 1
    assert "Accuracy of mlm on t by confidence" in section
    assert "nan" not in section
    for table in re.findall(r"<table.*?</table>", section, re.DOTALL):
        assert '<th scope="row">base</th>' in table


def test_no_line_of_a_curve_leaves_the_frame(measured):
    (view,) = trust_views(Board(measured))
    lines = [re.findall(r'<line[^>]*class="interval"[^>]*>', str(panel.svg)) for panel in view.panels]
    ends = [float(y) for panel in lines for line in panel for y in re.findall(r' y[12]="([^"]+)"', line)]
    assert len(ends) == 2 * len(measured.reliability)
    assert min(ends) >= TOP - 0.1
    assert max(ends) <= HEIGHT - BOTTOM + 0.1
    lowest = min(one.low for one in measured.reliability)
    assert lowest < min(min(one.confidence, one.accuracy) for one in measured.reliability)  # else this shows nothing


def test_results_without_probabilities_have_an_empty_section(html):
    section = re.search(r'<section id="trust".*?</section>', html, re.DOTALL)[0]
    assert "<table" not in section
    assert "data-figure" not in section
