import json
import re
import stat

import numpy as np
import pytest

from tests.fixtures.results import MODELS, fake_maps, fake_results
from tests.report.build import small_results
from wardspace.config import ReportConfig, parse_study
from wardspace.report import Map, write_report
from wardspace.report.figures.charts import interval_method
from wardspace.report.page import embedded_json, page, stylesheet

SECTIONS = (
    "findings",
    "guidance",
    "setup",
    "data",
    "models",
    "comparison",
    "curves",
    "space",
    "maps",
    "reading",
    "provenance",
)
HOSTILE = "</script><img src=x onerror=alert(1)><script>2</script>"


def test_sections_are_in_their_order(html):
    places = [html.index(f'<section id="{name}"') for name in SECTIONS]
    assert places == sorted(places)


def test_every_model_and_every_figure_is_there(html):
    for model in MODELS:
        assert f'<th scope="row">{model}</th>' in html
    drawn = {"difference": 10, "curves": 10, "scatter": 3, "tokens": 1, "loss": 7}
    for figure, count in {**drawn, "map": 2, "thumb": 7, "still": 7}.items():
        assert len(re.findall(f'data-figure="{figure}"', html)) == count, figure


def test_matrices_are_folded_but_for_the_first_setting_and_have_headers_both_ways(html):
    assert html.count("data-matrix") == 6 + 4
    assert len(re.findall(r"<details open>\s*<summary>8 labels per class, logistic regression: ", html)) == 2
    assert len(re.findall(r"<details>\s*<summary>[^<]* significantly different</summary>", html)) == 8
    table = re.search(r"<table[^>]*data-matrix>.*?</table>", html, re.DOTALL)[0]
    assert table.count('<th scope="row">') == 8
    assert table.count('<th scope="col">') == 1 + 8
    assert '<span class="unseen">above</span>' in table


def test_sources_of_uncertainty_are_there_for_each_task(html):
    assert html.count("data-sources") == 2
    assert "3 subsets" in html
    assert "BCa bootstrap" in html


def test_without_its_script_macro_f1_is_shown(html):
    shown = re.findall(r'data-metric="(\w+)"(?! hidden)', html)
    assert set(shown) == {"macro_f1"}
    assert html.count('data-metric="auroc" hidden') == 4


def test_figures_speak(html):
    for drawn in re.findall(r"<svg[^>]*>", html):
        assert re.search(r'aria-label="[^"]{20,}"|aria-hidden="true" class="swatch"', drawn), drawn[:200]
    drawn = re.findall(r"<canvas[^>]*>", html)
    assert len(drawn) == 9
    for canvas in drawn:
        assert re.search(r'aria-label="[^"]{20,}"', canvas), canvas


def test_nothing_is_fetched(html):
    assert re.findall(r'(?:src|href)="(?!#|data:,)[^"]*"', html) == []
    assert "@import" not in html
    assert "url(" not in html
    addresses = set(re.findall(r"https?://[^\"'\s<]+", html))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in html


@pytest.mark.parametrize(("synthetic", "transductive"), [(True, False), (False, True), (False, False)])
def test_banners(study, synthetic, transductive):
    made = page(fake_results(synthetic=synthetic, transductive=transductive), {}, study.report, study)
    assert ("<strong>Synthetic" in made) == synthetic
    assert ("<strong>Transductive.</strong>" in made) == transductive
    assert ('<h2 id="h-findings">Findings</h2>' in made) == (not synthetic)


def test_labels_cannot_become_markup():
    study = parse_study(
        {
            "corpus": {"columns": {"labels": [HOSTILE]}},
            "tasks": [{"name": "t", "label": HOSTILE}],
            "report": {"title": HOSTILE},
        }
    )
    results = small_results({"mlm": [(0.1, 0.05, 0.2)]}, classes={"t": [HOSTILE, "b"]}, warnings=[HOSTILE])
    counts = {"categories": {HOSTILE: {"values": {HOSTILE: {"train": 3}}, "missing": {}, "other": {}}}}
    counts["rejects"] = {HOSTILE: 1}
    results = results.model_copy(update={"corpus": {"counts": counts}})
    one = Map(xy=np.zeros((2, 2), np.float32), columns={HOSTILE: [HOSTILE, None]}, explained=(0.5, 0.5))
    made = page(results, {"mlm": one}, study.report, study)
    assert "<img" not in made
    assert made.count("<script") == 2
    assert made.count("</script>") == 2
    held = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', made)[1]
    assert json.loads(held)["columns"][0]["values"] == [HOSTILE]


def test_embedded_json_keeps_its_values():
    value = {"a": "</script>&<!--\u2028", "b": [1, -1]}
    text = embedded_json(value)
    assert "<" not in text
    assert "&" not in text
    assert json.loads(text) == value


def test_a_study_with_nothing_to_show_still_has_a_page():
    empty = small_results({}, models=[], scores=[], differences=[], classes={})
    made = page(empty, {}, ReportConfig(), parse_study({}))
    assert "No task was scored" in made
    assert "No map was drawn" in made
    assert "The spaces were not measured" in made
    assert "no runs with few labels" in made


def test_equal_results_give_equal_pages_without_paths(study, results):
    study = study.model_copy(update={"base": "/home/someone/models/clinical-base"})
    first = page(results, fake_maps(50), study.report, study)
    assert first == page(results, fake_maps(50), study.report, study)
    assert "/home/someone" not in first
    assert "clinical-base" in first


def test_a_large_report_stays_small(tmp_path, study, results):
    path = tmp_path / "deep" / "report.html"
    write_report(results, fake_maps(1500, models=tuple(f"m{i}" for i in range(9))), path, study.report, study)
    assert path.stat().st_size < 1_000_000
    assert [found.name for found in path.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize(("column", "unit"), [("patient", "the test patients"), (None, "test notes (there is no")])
def test_captions_say_what_the_intervals_draw(results, column, unit):
    roles = {**results.corpus.get("roles", {}), "patient_id": column}
    found = interval_method(results.model_copy(update={"corpus": {**results.corpus, "roles": roles}}))
    assert unit in found


def test_text_is_on_a_page_that_asked_for_it_and_says_so(study, results, tmp_path):
    texts = [f"{HOSTILE} note {i}" for i in range(50)]
    made = page(results, fake_maps(50), study.report, study, texts=texts)
    assert "This page contains text of patients' notes" in made
    assert "<title>With text of notes: " in made
    assert "no text of any note" not in made
    assert "<img" not in made
    held = json.loads(re.search(r'<script type="application/json" id="map-data">(.*?)</script>', made)[1])
    assert held["texts"] == texts
    write_report(results, fake_maps(50), tmp_path / "a.html", study.report, study, texts=texts)
    assert stat.S_IMODE((tmp_path / "a.html").stat().st_mode) == 0o600


def test_a_page_without_text_has_no_place_for_it(html):
    assert "holds text" not in html.replace(stylesheet(), "")
    assert 'class="texts"' not in html
    assert "texts" not in json.loads(re.search(r'id="map-data">(.*?)</script>', html)[1])
