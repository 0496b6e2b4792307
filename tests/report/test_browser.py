"""The page in a browser: it runs without a word of complaint, draws its maps, and fits a phone."""

import json
import re
import shutil
import subprocess

import pytest

from tests.fixtures.results import fake_maps
from wardspace.report import write_report

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium")]

PROBE = """<!doctype html><body style="margin:0">
<iframe id="page" src="report.html" style="width:WIDTHpx;height:800px;border:0"></iframe>
<script>
addEventListener("load", () => setTimeout(() => {
  const inner = document.getElementById("page").contentWindow, page = inner.document;
  const inked = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v);
  const seen = () => [...page.querySelectorAll("[data-metric]:not([hidden])")].map((block) => block.dataset.metric);
  const ground = inner.getComputedStyle(page.body).backgroundColor;
  const found = { ground, wide: page.documentElement.scrollWidth, before: [...new Set(seen())] };
  found.maps = [...page.querySelectorAll("canvas[data-map]")].map(inked);
  found.legend = [...page.querySelectorAll(".legend button")].map((button) => button.textContent);
  const choice = page.querySelector("select[data-choose=metric]");
  choice.value = "accuracy"; choice.dispatchEvent(new inner.Event("change"));
  found.after = [...new Set(seen())];
  found.choices = [...page.querySelectorAll("select[data-choose=metric]")].map((one) => one.value);
  const colour = page.querySelector("select[data-choose=colour]");
  colour.value = "1"; colour.dispatchEvent(new inner.Event("change"));
  found.recoloured = [...page.querySelectorAll(".legend button")].map((button) => button.textContent);
  page.querySelector(".legend button").click();
  found.pressed = page.querySelector(".legend button").getAttribute("aria-pressed");
  const map = page.querySelector("canvas[data-map]");
  map.dispatchEvent(new inner.KeyboardEvent("keydown", { key: "ArrowRight" }));
  found.tip = page.querySelector(".tip").hidden ? null : page.querySelector(".tip").textContent;
  const box = page.querySelector(".tip").getBoundingClientRect();
  found.tip_inside = box.left >= 0 && box.right <= inner.innerWidth;
  const out = document.createElement("pre");
  out.id = "found"; out.textContent = JSON.stringify(found); document.body.append(out);
}, 300));
</script></body>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, results, study):
    folder = tmp_path_factory.mktemp("page")
    write_report(results, fake_maps(200), folder / "report.html", study.report, study)
    return folder


def opened(folder, name, *options):
    """The page's DOM after its script ran, and what the browser's console said."""
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=1500",
        "--window-size=1280,900", *options, "--dump-dom", (folder / name).as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def probed(folder, width, *options):
    (folder / "probe.html").write_text(PROBE.replace("WIDTH", str(width)), encoding="utf-8")
    dom, console = opened(folder, "probe.html", "--allow-file-access-from-files", *options)
    assert console == []
    held = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert held, "the probe did not finish"
    return json.loads(held[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


def test_the_page_opens_without_a_complaint(folder):
    dom, console = opened(folder, "report.html")
    assert console == []
    assert '<html lang="en" class="scripted">' in dom
    assert dom.count("<canvas data-map=") == 7
    assert dom.count("<svg") == 10 + 10 + 3 + 1 + 7
    assert dom.count('aria-pressed="false"') == 13


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_works_on_a_phone(folder, dark):
    found = probed(folder, 390, *(["--blink-settings=preferredColorScheme=0"] if dark else []))
    assert found["wide"] <= 390
    assert found["maps"] == [True] * 7
    assert found["before"] == ["macro_f1"]
    assert found["after"] == ["accuracy"]
    assert found["choices"] == ["accuracy", "accuracy"]
    assert len(found["legend"]) == 13
    named = [words.split(" (")[0] for words in found["recoloured"]]
    assert sorted(named[:3]) == ["routine", "soon", "urgent"]
    assert named[3:] == ["none given"]
    assert found["ground"] == ("rgb(20, 24, 30)" if dark else "rgb(255, 255, 255)")
    assert found["pressed"] == "true"
    assert re.fullmatch(r"specialty: .+\nseverity: .+\nnote_type: .+", found["tip"])
    assert found["tip_inside"]
