"""The page of extracted fields: what is marked, what is escaped, and how it is in a browser."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from wardspace.report.extraction import LONG, extraction_page, pieces

AUDIT = (Path(__file__).parents[1] / "fixtures" / "audit.js").read_text(encoding="utf-8")
READY = "document.readyState === 'complete'"


def value(text, words, kind, confidence=0.8, assertions=("present",)):
    start = text.index(words)
    place = {"start": start, "end": start + len(words)}
    return {"value": words, **place, "confidence": confidence, "type": kind, "assertions": assertions}


def notes():
    text = "Denies <script>alert(1)</script> fever; type 2 diabetes & \"aspirin\" since 'May'.\r\nChest pain 🩺 today"
    mentions = [
        value(text, "fever", "Sign", 0.97, ("negated",)),
        value(text, "type 2 diabetes", "Disease", 0.6),
        value(text, "diabetes", "Sign", 0.4),
        value(text, "aspirin", "Drug", 0.3, None),
        value(text, "Chest pain", "<b>Odd</b>", 0.8, ("historical", "negated")),
    ]
    long = "no acute distress and fever. " * (LONG // 20)
    return [
        {"note_id": "n<1>", "text": text, "mentions": mentions, "fields": {"signs": mentions[:2], "none_found": []}},
        {"note_id": "long", "text": long, "mentions": [value(long, "fever", "Sign")], "fields": {"signs": []}},
        {"note_id": "empty", "text": "", "mentions": [], "fields": {"signs": []}},
    ]


def test_pieces_put_together_are_the_text_and_the_longer_of_two_is_marked():
    note = notes()[0]
    cut = pieces(note["text"], note["mentions"], {"Sign": 0, "Disease": 1, "Drug": 2, "<b>Odd</b>": 3})
    assert "".join(one.text for one in cut) == note["text"]
    marked = [(one.text, one.type, one.band, one.assertion) for one in cut if one.type]
    assert marked == [
        ("fever", "Sign", 3, "negated"),
        ("type 2 diabetes", "Disease", 1, ""),
        ("aspirin", "Drug", 0, ""),
        ("Chest pain", "<b>Odd</b>", 2, "historical, negated"),
    ]


def test_what_notes_hold_is_escaped():
    page = extraction_page(notes(), 3)
    assert "<script" not in page and "<b>" not in page and "n&lt;1&gt;" in page
    shown = re.search(r'<div class="text"[^>]*>(.*?)</div>', page, re.S)[1]
    plain = html.unescape(re.sub(r"<small>.*?</small>|</?mark[^>]*>", "", shown))
    assert plain == notes()[0]["text"]
    # long notes can be opened, short ones need not be
    assert page.count('type="checkbox"') == 1


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_in_a_browser(browser, tmp_path, dark, width):
    (tmp_path / "extract.html").write_text(extraction_page(notes(), 3), encoding="utf-8")
    browser.looks(width=width, dark=dark)
    browser.open((tmp_path / "extract.html").as_uri(), READY)
    assert browser.run(AUDIT)["faults"] == []
    # the style is allowed by its hash
    assert browser.run("getComputedStyle(document.querySelector('mark')).borderBottomStyle") == "solid"
    folded = browser.run("document.querySelector('.long').clientHeight")
    browser.run("document.querySelector('.open').click()")
    assert browser.run("document.querySelector('.long').clientHeight") > folded
    browser.run("document.querySelector('.open').click()")
    browser.looks(width=width, dark=dark, media="print")
    assert browser.run("document.querySelector('.long').clientHeight") > folded
