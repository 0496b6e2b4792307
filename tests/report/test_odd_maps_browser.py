"""Maps of studies that are not like most: one model, no columns, numbers, another projection, thousands of notes."""

import numpy as np
import pytest

from tests.fixtures.results import fake_maps
from wardspace.report import Map, write_report

pytestmark = pytest.mark.browser

LEGEND = "[...document.querySelectorAll('.explorer .legend button')].map((one) => one.textContent)"
DRAWN = """[...document.querySelectorAll(".explorer canvas[data-model]")].map((canvas) => canvas.getContext("2d")
  .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value))"""


@pytest.fixture
def shown(browser, tmp_path, study, results):
    """Writes a report with these maps and opens it."""

    def show(maps, **looks):
        write_report(results, maps, tmp_path / "report.html", study.report, study)
        browser.looks(width=1000, **looks)
        browser.open((tmp_path / "report.html").as_uri(), "document.readyState === 'complete'")
        return browser

    return show


def a_map(columns, n=60, **more):
    xy = np.random.default_rng(1).normal(size=(n, 2)).astype(np.float32)
    return Map(xy=xy, columns=columns, explained=(0.2, 0.1), **more)


def test_one_model_without_columns(shown):
    browser = shown({"base": a_map({})})
    assert browser.run(DRAWN) == [True]
    assert browser.run(LEGEND) == ["a note (60)"]


def test_a_report_without_maps(shown):
    browser = shown({})
    assert browser.run("document.querySelector('#maps p').textContent") == "No map was drawn."
    assert browser.run("document.documentElement.className") == "scripted"


def test_numbers_are_coloured_from_little_to_much(shown):
    browser = shown({"base": a_map({"age": [str(i) for i in range(60)]})})
    assert browser.run(LEGEND) == [f"{10 * i} to {10 * i + 9} (10)" for i in range(6)]
    middle = """[...document.querySelectorAll(".explorer .legend canvas")].map((canvas) =>
      [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3)
        .reduce((sum, value, i) => sum + value * [.2126, .7152, .0722][i], 0))"""
    light = browser.run(middle)
    assert light == sorted(light, reverse=True)
    assert len(set(light)) == 6


def test_another_projection_is_chosen(shown):
    other = np.random.default_rng(2).normal(size=(60, 2)).astype(np.float32)
    columns = {"kind": ["a", "b", "c"] * 20}
    browser = shown({"base": a_map(columns, also={"UMAP": other}), "mlm": a_map(columns)})
    pixels = "[...document.querySelectorAll('.pair canvas')].map((one) => one.toDataURL())"
    captions = "[...document.querySelectorAll('.pair figcaption')].map((one) => one.textContent)"
    before = browser.run(pixels)
    browser.run("document.querySelector('#placed-by').value = 'UMAP'")
    browser.run("document.querySelector('#placed-by').dispatchEvent(new Event('change'))")
    after = browser.run(pixels)
    assert after[0] != before[0]
    # a model that was not placed by it keeps the map it has, and says so
    assert after[1] == before[1]
    assert browser.run(captions) == ["Placed by UMAP", "Axes keep 20.0% and 10.0% of the variance"]


def test_maps_of_other_notes_are_not_linked(shown):
    browser = shown({"base": a_map({"kind": ["a", "b"] * 30}), "mlm": a_map({"kind": ["b", "b", "a"] * 20})})
    pixels = "document.querySelectorAll('.pair canvas')[1].toDataURL()"
    before = browser.run(pixels)
    browser.run("document.querySelector('.pair canvas').focus({ preventScroll: true })")
    browser.press("s")
    browser.press("Enter")
    assert " of 60 selected" in browser.run("document.querySelector('.map-status').textContent")
    assert browser.run(pixels) == before


def test_thousands_of_notes_are_drawn(shown):
    browser = shown(fake_maps(5000), dark=True)
    assert browser.run(DRAWN) == [True] * 9
