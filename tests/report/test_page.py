import json
import re

import numpy as np
import pytest

from tests.fixtures.results import MODELS, fake_maps, fake_results
from tests.report.build import small_results
from wardspace.config import ReportConfig, parse_study
from wardspace.report import Map, write_report
from wardspace.report.charts import interval_words
from wardspace.report.page import embedded_json, page

SECTIONS = (
    "findings",
    "guidance",
    "asked",
    "data",
    "models",
    "comparison",
    "curves",
    "space",
    "maps",
    "reading",
    "made",
)
HOSTILE = '</script><img src=x onerror=alert(1)><script>alert("2")</script>'


def test_sections_stand_in_their_order(html):
    places = [html.index(f'<section id="{name}"') for name in SECTIONS]
    assert places == sorted(places)


def test_every_model_and_every_figure_is_there(html):
    for model in MODELS:
        assert f'<th scope="row">{model}</th>' in html
    for figure, count in {"difference": 10, "curves": 10, "scatter": 3, "map": 7, "tokens": 1, "loss": 7}.items():
        assert len(re.findall(f'data-figure="{figure}"', html)) == count, figure


def test_without_its_script_macro_f1_is_shown(html):
    shown = re.findall(r'data-metric="(\w+)"(?! hidden)', html)
    assert set(shown) == {"macro_f1"}
    assert html.count('data-metric="auroc" hidden') == 4


def test_figures_speak(html):
    for drawn in re.findall(r"<svg[^>]*>", html):
        assert re.search(r'aria-label="[^"]{20,}"', drawn), drawn[:200]
    for drawn in re.findall(r"<canvas data-map[^>]*>", html):
        assert 'tabindex="0"' in drawn
        assert "aria-label=" in drawn


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
    assert ("Synthetic notes: no findings." in made) == synthetic
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
    assert "No few-shot run was asked for" in made


def test_equal_results_give_equal_pages_without_paths(study, results):
    study = study.model_copy(update={"base": "/home/someone/models/clinical-base"})
    first = page(results, fake_maps(50), study.report, study)
    assert first == page(results, fake_maps(50), study.report, study)
    assert "/home/someone" not in first
    assert "clinical-base" in first


def test_a_large_report_stays_small(tmp_path, study, results):
    path = tmp_path / "deep" / "report.html"
    write_report(results, fake_maps(1500, models=tuple(f"m{i}" for i in range(9))), path, study.report, study)
    assert path.stat().st_size < 1_500_000
    assert [found.name for found in path.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize(("column", "unit"), [("patient", "test patients anew"), (None, "test notes (there is no")])
def test_captions_say_what_the_intervals_draw(results, column, unit):
    roles = {**results.corpus.get("roles", {}), "patient_id": column}
    found = interval_words(results.model_copy(update={"corpus": {**results.corpus, "roles": roles}}))
    assert unit in found
