"""The page of annotation in a browser: by mouse, by keys, closed in the middle, two at once."""

from __future__ import annotations

import threading

import pytest

from tests.corpus.annotation.made import SPANS, TEXTS, spans
from tests.fixtures.browser import CHROMIUM, Browser
from tests.serve.annotating import Suggests, closed, opened
from wardspace.corpus.annotation import Annotations
from wardspace.serve import Loopback
from wardspace.serve.annotate_app import annotate_app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium"),
]

SELECT = """((words, nth) => {
  const whole = document.getElementById("text").textContent.replaceAll("\\u200b", "\\r");
  let from = -1;
  for (let i = 0; i <= nth; i++) from = whole.indexOf(words, from + 1);
  const point = (unit) => {
    let before = 0;
    for (const piece of document.querySelectorAll("#text > *")) {
      const length = piece.firstChild.length;
      if (unit <= before + length) return [piece.firstChild, unit - before];
      before += length;
    }
  };
  getSelection().setBaseAndExtent(...point(from), ...point(from + words.length));
})"""


@pytest.fixture
def served(tmp_path):
    """Serves sessions; their files are closed when the test is over."""
    made = []

    def serve(**more):
        session, place = opened(tmp_path / "corpus", **more), Loopback()
        threading.Thread(target=place.serve, args=(annotate_app(session),), daemon=True).start()
        made.append(session)
        return place.address

    yield serve
    for session in made:
        closed(session)


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path / "profile") as made:
        yield made


@pytest.fixture
def kept(tmp_path):
    """What is on the disk of a column, by note and in the words of the note."""

    def read(column="drugs", annotator="ann"):
        kind = "label" if column == "urgency" else "spans"
        found = Annotations.read(tmp_path / "corpus").of(annotator, column, kind)
        return {name: one.value if kind == "label" else in_words(name, one.value) for name, one in found.items()}

    return read


def in_words(note_id, value):
    return [(TEXTS[note_id][span.start : span.end], span.type) for span in value]


def ready(browser, address):
    browser.open(address, "document.querySelectorAll('#text > *').length")


def on(browser, number):
    browser.until(f"document.getElementById('title').textContent.startsWith('Note {number} of')")


def text_of(browser, place):
    return browser.run(f"document.getElementById('{place}').textContent")


def test_spans_are_selected_with_the_mouse_in_any_script(served, browser, kept):
    ready(browser, served())
    for number, (note_id, marked) in enumerate(SPANS.items(), 1):
        on(browser, number)
        seen = {}
        for words, kind in marked:
            quoted = words.replace("\r", "\\r").replace("\n", "\\n")
            browser.run(f'{SELECT}("{quoted}", {seen.get(words, 0)})')
            browser.until("document.getElementById('types-title').textContent === 'Mark as'")
            assert text_of(browser, "words") == words
            button = (
                f"[...document.querySelectorAll('#types button')].find((one) => one.textContent.includes('{kind}'))"
            )
            browser.run(f"{button}.click()")
            seen[words] = seen.get(words, 0) + 1
        assert browser.run("document.querySelectorAll('mark.own').length") == len(marked)
        if note_id == "markup":
            browser.until("document.title.startsWith('Annotate drugs')")
            assert browser.run("document.querySelectorAll('#text script').length") == 0
        browser.run("document.getElementById('done').click()")
    browser.until("document.getElementById('count').textContent.startsWith('all 7')")
    assert kept() == SPANS
    assert browser.complaints == []


def drag_over(browser, words):
    """Press the mouse before some words and let go behind them."""
    box = browser.run(
        f'({SELECT}("{words}", 0), (() => {{ const box = getSelection().getRangeAt(0).getBoundingClientRect();'
        " getSelection().removeAllRanges(); return [box.left, box.right, (box.top + box.bottom) / 2]; })())"
    )
    browser.drag((box[0] + 1, box[2]), (box[0] + 20, box[2]), (box[1] + 1, box[2]))


def test_dragging_over_words_and_a_number_key_mark_them(served, browser, kept):
    ready(browser, served())
    drag_over(browser, "81 mg ")
    browser.until("document.getElementById('words').textContent === '81 mg'")
    browser.press("2")
    browser.press("d")
    on(browser, 2)
    assert kept() == {"plain": [("81 mg", "Dose")]}


def test_spans_are_marked_moved_typed_removed_and_undone_by_keys(served, browser, kept):
    ready(browser, served(notes=("plain", "astral")))
    browser.press("m")
    assert text_of(browser, "words") == "Aspirin"
    browser.press("ArrowRight")
    browser.press("ArrowRight", shift=True)
    assert text_of(browser, "words") == "81 mg"
    browser.press("2")
    browser.press("p")  # the end one character later: a blank
    browser.press("p")
    assert text_of(browser, "words") == "81 mg d"
    browser.press("o")
    browser.press("o")
    browser.press("q")
    browser.press("w")
    assert text_of(browser, "words") == "81 mg"
    browser.press("1")
    assert text_of(browser, "source").startswith("Drug")
    browser.press("u")
    browser.press("x")
    assert browser.run("document.querySelectorAll('mark').length") == 0
    browser.press("u")
    assert browser.run("document.querySelectorAll('mark').length") == 1
    browser.press("m")
    browser.press("Escape")
    assert browser.run("getSelection().isCollapsed")
    browser.press("d")
    on(browser, 2)
    assert kept() == {"plain": [("81 mg", "Dose")]}
    # a sign of two code points is one step
    browser.press("m")
    browser.press("ArrowRight")
    assert text_of(browser, "words") == "👍🏽"
    browser.press("1")
    browser.press("o")
    assert text_of(browser, "words") == "👍🏽"
    browser.press("q")
    assert text_of(browser, "words") == "😀👍🏽"
    browser.press("d")
    browser.until("document.getElementById('count').textContent.startsWith('all 2')")
    assert kept()["astral"] == [("😀👍🏽", "Drug")]


def test_words_of_arabic_and_chinese_are_walked_through(served, browser, kept):
    ready(browser, served(notes=("arabic", "chinese")))
    browser.press("m")
    browser.press("ArrowLeft")  # onwards, from right to left
    browser.press("ArrowLeft")
    assert text_of(browser, "words") == "الأسبرين"
    browser.press("1")
    browser.press("d")
    on(browser, 2)
    browser.press("m")
    assert text_of(browser, "words") != TEXTS["chinese"]
    for _ in range(20):
        if text_of(browser, "words").startswith("阿"):
            break
        browser.press("ArrowRight")
    while not text_of(browser, "words").endswith("林"):
        browser.press("ArrowRight", shift=True)
    browser.press("1")
    browser.press("d")
    browser.until("document.getElementById('count').textContent.startsWith('all 2')")
    assert kept() == {"arabic": [("الأسبرين", "Drug")], "chinese": [("阿司匹林", "Drug")]}


def test_suggestions_are_accepted_changed_and_dismissed(served, browser, kept):
    suggests = Suggests({"Aspirin": "Drug", "81 mg": "Drug", "daily": "Dose", "then": "Drug"})
    ready(browser, served(notes=("plain", "astral"), suggest=suggests))
    assert browser.run("document.querySelectorAll('mark.suggested').length") == 4
    browser.press("a")
    browser.press("2")  # the next one, with another type
    browser.press("j")
    browser.press("x")
    browser.press("d")
    on(browser, 2)
    assert kept() == {"plain": [("Aspirin", "Drug"), ("81 mg", "Dose")]}
    browser.press("A", shift=True)
    browser.press("d")
    browser.until("document.getElementById('count').textContent.startsWith('all 2')")
    assert kept()["astral"] == [("Aspirin", "Drug"), ("81 mg", "Drug"), ("daily", "Dose")]


def test_what_is_marked_takes_the_place_of_what_it_touches(served, browser, kept):
    ready(browser, served(notes=("plain",), suggest=Suggests({"Aspirin": "Drug", "81 mg": "Dose"})))
    browser.run(f'{SELECT}("Aspirin 81", 0)')
    browser.until("document.getElementById('types-title').textContent === 'Mark as'")
    browser.press("1")
    browser.press("d")
    browser.until("document.getElementById('count').textContent.startsWith('all 1')")
    assert kept() == {"plain": [("Aspirin 81", "Drug")]}


def test_a_page_that_is_closed_in_the_middle_loses_nothing_that_was_saved(served, browser, kept, tmp_path):
    address = served(notes=("plain", "astral", "breaks"))
    with Browser(tmp_path / "closed") as first:
        ready(first, address)
        first.press("m")
        first.press("1")
        first.press("d")
        on(first, 2)
        first.press("m")
        first.press("1")
    browser.open(address, "document.getElementById('title')?.textContent.startsWith('Note 2 of 3')")
    assert text_of(browser, "count") == "1 of 3 done"
    assert browser.run("document.querySelectorAll('mark').length") == 0
    assert kept() == {"plain": [("Aspirin", "Drug")]}
    browser.press("s")
    on(browser, 3)
    browser.press("b")
    on(browser, 2)
    assert text_of(browser, "state") == "skipped"


def test_what_was_not_saved_is_still_there_after_a_look_at_another_note(served, browser):
    ready(browser, served(notes=("plain", "astral")))
    browser.press("m")
    browser.press("1")
    browser.press("n")
    on(browser, 2)
    assert browser.run("document.querySelectorAll('mark').length") == 0
    browser.press("b")
    on(browser, 1)
    assert browser.run("document.querySelectorAll('mark.own').length") == 1


def test_two_annotators_at_once_are_both_kept(served, browser, kept, tmp_path):
    addresses = [served(annotator=name, notes=("plain",)) for name in ("ann", "ben")]
    with Browser(tmp_path / "other") as other:
        for one, address in zip((browser, other), addresses, strict=True):
            ready(one, address)
        browser.press("m")
        browser.press("1")
        browser.press("d")
        browser.until("document.getElementById('count').textContent.startsWith('all 1')")
        other.run("window.left = true; location.reload()")
        other.until("!window.left && document.querySelectorAll('#text > *').length")  # not of the page that is left
        assert other.run("document.querySelectorAll('mark').length") == 0
        other.press("m")
        other.press("2")
        other.press("d")
        other.until("document.getElementById('count').textContent.startsWith('all 1')")
    assert (kept(annotator="ann"), kept(annotator="ben")) == (
        {"plain": [("Aspirin", "Drug")]},
        {"plain": [("Aspirin", "Dose")]},
    )


def test_where_annotators_differ_one_side_is_taken_or_neither(served, browser, kept):
    first, second = spans("plain"), spans("plain")
    wider = second[0].model_copy(update={"end": second[1].end})
    sides = {"plain": [first, (wider, second[2])]}
    ready(browser, served(annotator="adjudicated", notes=("plain",), sides=sides))
    assert browser.run("document.querySelectorAll('mark.own').length") == 1
    assert browser.run("document.querySelectorAll('mark.disputed').length") == 1
    assert text_of(browser, "words") == "Aspirin"
    browser.press("j")
    assert text_of(browser, "words") == "Aspirin 81 mg"
    browser.press("a")
    assert browser.run("document.querySelectorAll('mark.disputed').length") == 0
    browser.press("d")
    browser.until("document.getElementById('count').textContent.startsWith('all 1')")
    assert kept(annotator="adjudicated") == {"plain": [("Aspirin 81 mg", "Drug"), ("aspirin", "Drug")]}


def test_labels_are_given_by_number_and_accepted(served, browser, kept):
    ready(browser, served(column="urgency", notes=("plain", "astral", "breaks"), suggest=Suggests(label="urgent")))
    assert browser.run("document.getElementById('done').disabled")
    browser.press("d")  # nothing is chosen yet
    browser.press("1")
    browser.press("d")
    on(browser, 2)
    browser.press("a")
    browser.press("d")
    on(browser, 3)
    browser.press("s")
    browser.until("document.getElementById('count').textContent.startsWith('all 3')")
    assert kept("urgency") == {"plain": "routine", "astral": "urgent"}
    assert browser.complaints == []


def test_it_can_be_used_on_a_phone_and_read_aloud(served, browser):
    browser.looks(width=390, height=800, dark=True)
    ready(browser, served(suggest=Suggests({"Aspirin": "Drug"})))
    assert browser.run("document.documentElement.scrollWidth") <= 390
    label = browser.run("document.querySelector('mark').getAttribute('aria-label')")
    assert "Aspirin" in label
    assert "Drug" in label
    unnamed = (
        "[...document.querySelectorAll('button')].filter((one) => !one.textContent.trim() && !one.ariaLabel).length"
    )
    assert browser.run(unnamed) == 0
    assert browser.run("document.querySelector('mark').tabIndex") == 0


def test_a_program_that_is_gone_is_told_and_nothing_is_lost_on_the_page(served, browser, monkeypatch):
    ready(browser, served())
    browser.press("m")
    browser.press("1")
    browser.run("window.fetch = () => Promise.reject(new TypeError())")
    browser.press("d")
    browser.until("!document.getElementById('alert').hidden")
    assert browser.run("document.querySelectorAll('mark.own').length") == 1
