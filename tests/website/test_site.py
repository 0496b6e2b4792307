"""The built site: every page and key is there, no file asks for a network, and it searches from a disk."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlencode

import pytest

from wardspace.config import study_keys
from website.commands import commands
from website.navigation import SECTIONS, page_of, sources

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),  # of Sphinx 11, in extensions
]

READY = "document.readyState === 'complete'"
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """Addresses that a page loads by itself, addresses that it links to, and the ids in it."""

    def __init__(self, path):
        super().__init__()
        self.loaded, self.linked, self.ids = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given["id"]} if given.get("id") else set()
        if given.get(LOADED.get(tag, "")):
            self.loaded.append(given[LOADED[tag]])
        if tag == "a" and given.get("href"):
            self.linked.append(given["href"])


@pytest.fixture(scope="module")
def pages(site):
    return {path.name: Page(path) for path in site.glob("*.html")}


def test_every_page_is_there_and_in_the_navigation(site, pages):
    repository = site_repository()
    home = pages["index.html"].linked
    present = {*sources(repository), "commands", "study-keys", "api"}
    for name in (name for names in SECTIONS.values() for name in names if name in present):
        assert f"{page_of(name)}.html" in pages
        assert f"{page_of(name)}.html" in home


def test_no_page_loads_anything_from_elsewhere(site, pages):
    for page in pages.values():
        assert [found for found in page.loaded if re.match(r"(https?:)?//", found)] == []
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import\s)\s*['\"]?(?:https?:)?//", style.read_text(encoding="utf-8")) == []


def test_no_link_is_dead(site, pages):
    ids = {name: page.ids for name, page in pages.items()}
    for name, page in pages.items():
        for link in page.linked:
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            target = (target or name).partition("?")[0]
            assert (site / target).exists(), f"{name}: {link}"
            assert not anchor or unquote(anchor) in ids[target], f"{name}: {link}"


def test_every_key_and_command_is_there(site):
    text = (site / "study-keys.html").read_text(encoding="utf-8")
    shown = set(
        re.findall(r'<code class="docutils literal notranslate"><span class="pre">([\w.]+)</span></code>', text)
    )
    for key in study_keys():
        section, _, own = key.place.rpartition(".")
        assert own in shown
        assert not section or section in shown, section
    ids = Page(site / "commands.html").ids
    assert {f"wardspace-{name}" for name in commands()} <= ids


def test_formulas_are_mathml(site):
    text = (site / "methods.html").read_text(encoding="utf-8")
    assert text.count("<math") > 20
    assert "$" not in re.sub(r"<(script|style).*?</\1>|<[^>]+>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("words", ["temperature", "learning rate"])
def test_it_searches_from_a_disk_without_a_network(browser, site, words):
    browser.complaints.clear()
    browser.asked_for.clear()
    browser.looks(width=1280)
    browser.open((site / "index.html").as_uri(), READY)
    form = browser.run("document.querySelector('input[name=q]').form.action")
    browser.open(f"{form}?{urlencode({'q': words})}", READY)
    browser.until("document.querySelectorAll('#search-results li p.excerpt mark').length > 3")
    texts = browser.run("[...document.querySelectorAll('#search-results li')].map((one) => one.textContent)")
    assert any(words.split()[0] in text.lower() for text in texts)
    # the first excerpt leads to the section that has the words
    section = browser.run("document.querySelector('#search-results p.excerpt a').href")
    browser.open(section, f"{READY} && location.hash")
    assert words.split()[0] in browser.run("document.getElementById(location.hash.slice(1)).textContent").lower()
    assert browser.complaints == []
    assert [found for found in browser.asked_for if not found.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("page", ["index.html", "study-keys.html", "methods.html", "results.html", "api-models.html"])
def test_no_page_is_wider_than_a_phone(browser, site, page):
    browser.looks(width=390)
    browser.open((site / page).as_uri(), READY)
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_dark_follows_the_machine(browser, site):
    browser.looks(width=1280, dark=True)
    browser.open((site / "index.html").as_uri(), READY)
    ground = browser.run("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", ground)[:3])) < 150


def site_repository():
    from website.build import REPOSITORY

    return REPOSITORY
