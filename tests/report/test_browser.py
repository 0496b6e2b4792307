"""The page in a browser: no complaint, no request, nothing that WCAG 2.2 AA forbids, on a screen, a phone and paper."""

import re
from pathlib import Path

import pytest

from wardspace.report import write_report

pytestmark = pytest.mark.browser

AUDIT = (Path(__file__).parents[1] / "fixtures" / "audit.js").read_text(encoding="utf-8")
READY = "document.readyState === 'complete'"
REACHABLE = """[...document.querySelectorAll("a, button, select, summary, [tabindex='0']")]
  .filter((node) => node.checkVisibility({ visibilityProperty: true }) && !node.disabled)"""
FOCUSED = """(() => {
  const node = document.activeElement, style = getComputedStyle(node), box = node.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { at: REACHABLE.indexOf(node), style: style.outlineStyle, wide: parseFloat(style.outlineWidth), seen };
})()""".replace("REACHABLE", REACHABLE)
FAULTY = """<!doctype html><html lang="en"><head><title>t</title></head><body style="background:#fff;margin:0">
<header></header><nav aria-label="n"></nav><main><h1>One</h1><h3>Three</h3>
<p style="color:#999">pale</p><p style="opacity:.4">faded</p><p style="color:#777;font-size:30px">large</p>
<svg width="50" height="50"><circle r="9" cx="20" cy="20" fill="#ccc"/></svg>
<canvas role="img"></canvas><button></button><select></select><a href="#nowhere">there</a>
<table><tr><th>x</th></tr></table><div style="width:3000px">wide</div></main><footer></footer></body></html>"""


def audited(browser, page, **looks):
    browser.looks(**looks)
    browser.open(page.as_uri(), READY)
    # a selection, so that what is hidden without one is looked at too
    browser.run("document.querySelector('#legend-does').value = 'select'")
    browser.run("document.querySelector('.explorer .legend button').click()")
    return browser.run(AUDIT)


@pytest.mark.parametrize("name", ["report.html", "text.html"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_against_wcag(browser, pages, name, dark, width):
    found = audited(browser, pages / name, width=width, dark=dark)
    assert found["faults"] == []
    assert found["texts"] > 1000
    assert found["marks"] > 300
    assert found["controls"] > 25
    ground = browser.run("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(20, 24, 30)" if dark else "rgb(255, 255, 255)")


def test_the_audit_finds_what_is_wrong(started_browser, tmp_path):
    (tmp_path / "faulty.html").write_text(FAULTY)
    started_browser.looks(width=800)
    started_browser.open((tmp_path / "faulty.html").as_uri(), READY)
    faults = "\n".join(started_browser.run(AUDIT)["faults"])
    rules = (
        "contrast of words: .* pale", "contrast of words: .* faded", "contrast of marks", "no role: <svg",
        "no alternative", "no name: <button", "no label: <select", "leads nowhere: <a", "level of headings", "no scope",
        "no caption", "3000 wide",
    )  # fmt: skip
    for rule in rules:
        assert re.search(rule, faults), rule
    assert "large" not in faults


@pytest.mark.parametrize("width", [1280, 390])
def test_everything_is_reached_by_keyboard_and_seen_when_it_is(browser, pages, width):
    browser.looks(width=width)
    browser.open((pages / "report.html").as_uri(), READY)
    browser.run("document.documentElement.style.scrollBehavior = 'auto'")
    reachable = browser.run(f"{REACHABLE}.length")
    reached = []
    for _ in range(reachable):
        browser.press("Tab")
        found = browser.run(FOCUSED)
        reached.append(found["at"])
        assert found["style"] != "none", found
        assert found["wide"] >= 2, found
        assert found["seen"], found
    assert reached == list(range(reachable))


def choose(browser, metric):
    browser.run(
        f"(() => {{ const one = document.querySelector('[data-choose=metric]'); one.value = '{metric}';"
        " one.dispatchEvent(new Event('change')); })()"
    )


def test_metrics_are_chosen_everywhere_at_once(browser, pages):
    browser.open((pages / "report.html").as_uri(), READY)
    seen = (
        "[...new Set([...document.querySelectorAll('[data-metric]:not([hidden])')].map((one) => one.dataset.metric))]"
    )
    assert browser.run(seen) == ["macro_f1"]
    choose(browser, "accuracy")
    assert browser.run(seen) == ["accuracy"]
    assert (
        browser.run("[...document.querySelectorAll('[data-choose=metric]')].map((one) => one.value)")
        == ["accuracy"] * 2
    )


def test_a_link_to_figures_shows_them_whichever_metric_was_chosen(browser, pages):
    browser.open((pages / "report.html").as_uri(), READY)
    choose(browser, "accuracy")
    link = "document.querySelector('#guidance a.evidence')"
    seen = f"document.getElementById({link}.hash.slice(1)).checkVisibility()"
    assert not browser.run(seen)
    browser.run(f"{link}.click()")
    assert browser.run(seen)
    assert browser.run("document.querySelector('[data-choose=metric]').value") == "macro_f1"


def test_a_task_without_the_chosen_metric_keeps_a_table(browser, tmp_path, results, study, maps):
    def known(records):
        return [one for one in records if (one.task, one.metric) != ("specialty", "balanced_accuracy")]

    fewer = {"scores": known(results.scores), "differences": known(results.differences)}
    write_report(results.model_copy(update=fewer), maps, tmp_path / "report.html", study.report, study)
    browser.open((tmp_path / "report.html").as_uri(), READY)
    assert "balanced_accuracy" in browser.run("[...document.querySelector('[data-choose=metric]')].map((o) => o.value)")
    choose(browser, "balanced_accuracy")
    seen = browser.run(
        "[...document.querySelectorAll('#comparison [data-metric]:not([hidden])')].map((one) => one.dataset.metric)"
    )
    assert seen == ["macro_f1", "balanced_accuracy"]


def test_paper_has_every_figure_on_white(browser, pages):
    browser.looks(width=1280, dark=True)
    browser.open((pages / "report.html").as_uri(), READY)
    folded = browser.run("document.querySelectorAll('details:not([open])').length")
    paper = browser.printed()
    assert len(re.findall(rb"/Subtype\s*/Image", paper)) >= 9
    assert folded == browser.run("document.querySelectorAll('details:not([open])').length") > 0
    browser.looks(width=688, dark=True, media="print")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelectorAll('details:not([open])').length") == 0
    assert browser.run(AUDIT)["faults"] == []
    figures = "[...document.querySelectorAll('figure:not(.stills figure):not([hidden]) :is(svg, canvas)')]"
    assert browser.run(f"{figures}.length") > 20
    assert browser.run(f"{figures}.filter((one) => one.getBoundingClientRect().width < 80).length") == 0
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("getComputedStyle(document.querySelector('.pair .printed')).display") == "block"


def test_without_its_script_the_page_still_shows_maps(browser, pages):
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    browser.ask("Page.navigate", url=(pages / "report.html").as_uri())
    # the protocol's own scripts run nevertheless
    browser.until(
        f"location.pathname.endsWith('/report.html') && {READY} && !document.documentElement.classList.length"
    )
    browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    shown = "[...document.querySelectorAll('.stills figure svg')].filter((one) => one.checkVisibility()).length"
    assert browser.run(shown) == 7
    assert not browser.run("document.querySelector('.explorer').checkVisibility()")
    assert browser.run(AUDIT)["faults"] == []
