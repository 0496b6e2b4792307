"""The maps under a reader's hand: moved, zoomed, coloured, selected, with a mouse, with keys and with fingers."""

import json
from collections import Counter

import numpy as np
import pytest

from wardspace.report.maps.maps import GRID, placed

pytestmark = pytest.mark.browser

EDGE = 14
INK = """((number) => {
  const drawn = document.querySelectorAll(".explorer canvas[data-model]")[number].toDataURL();
  let sum = 0;
  for (let i = 0; i < drawn.length; i++) sum = (sum * 31 + drawn.charCodeAt(i)) % 1000000007;
  return sum;
})"""


def ink(browser, number):
    """A number that changes with any pixel of a map."""
    return browser.run(f"{INK}({number})")


def status(browser):
    return browser.run("document.querySelector('.map-status').textContent")


def choose(browser, selector, value):
    one = f"document.querySelector({json.dumps(selector)})"
    browser.run(f"{one}.value = {json.dumps(value)}")
    browser.run(f"{one}.dispatchEvent(new Event('change', {{ bubbles: true }}))")


def click(browser, selector):
    browser.run(f"document.querySelector({json.dumps(selector)}).click()")


def counts(browser):
    rows = "[...document.querySelectorAll('.counting tbody tr')]"
    found = browser.run(f"{rows}.map((row) => [...row.children].map((cell) => cell.textContent))")
    return {name: (int(inside), int(every)) for name, inside, _, every, *_ in found}


@pytest.fixture
def opened(browser, pages):
    browser.open((pages / "report.html").as_uri(), "document.readyState === 'complete'")
    browser.run("document.documentElement.style.scrollBehavior = 'auto'")
    browser.run("document.querySelector('.pair').scrollIntoView({ block: 'center' })")
    # scrolling is told a frame later, and takes the ring off the note that is pointed at
    browser.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return browser


def box(browser, number=0):
    """Left, top and side of a map in the window."""
    asked = f"document.querySelectorAll('.pair canvas')[{number}].getBoundingClientRect()"
    return browser.run(f"(({{ left, top, width }}) => [left, top, width])({asked})")


def around(browser):
    """Corners of the first map."""
    left, top, side = box(browser)
    right, bottom = left + side - 2, top + side - 2
    return (left + 2, top + 2), (right, top + 2), (right, bottom), (left + 2, bottom)


def spots(maps, model, side):
    """Where the notes of a map are drawn, seen whole."""
    return EDGE + placed(maps[model].xy) / GRID * (side - 2 * EDGE)


def test_every_map_is_drawn_and_named(opened):
    assert len({ink(opened, number) for number in range(9)}) == 9
    assert opened.run("document.querySelector('.pair canvas').getAttribute('aria-label')") == (
        "Map of 200 notes in the space of base, coloured by specialty"
    )
    assert status(opened) == "No note is selected."


def test_dragging_moves_a_zoomed_map_alone(opened):
    left, top, _ = box(opened)
    before = [ink(opened, number) for number in range(3)]
    click(opened, ".pair [data-zoom='+']")
    zoomed = ink(opened, 0)
    opened.drag((left + 200, top + 200), (left + 150, top + 160))
    opened.point(1, 1)
    assert len({before[0], zoomed, ink(opened, 0)}) == 3
    assert [ink(opened, 1), ink(opened, 2)] == before[1:]
    click(opened, ".pair [data-zoom='0']")
    assert ink(opened, 0) == before[0]


def test_the_wheel_zooms_only_a_map_that_was_clicked(opened):
    left, top, _ = box(opened)
    before, scrolled = ink(opened, 0), opened.run("scrollY")
    opened.wheel(left + 100, top + 100, -60)
    opened.until(f"scrollY === {scrolled} - 60")
    opened.point(1, 1)
    assert ink(opened, 0) == before
    left, top, _ = box(opened)
    opened.drag((left + 3, top + 3), (left + 3, top + 3))
    opened.wheel(left + 100, top + 100, -400)
    opened.until(f"{INK}(0) !== {before}")
    assert opened.run("scrollY") == scrolled - 60
    opened.press("0")
    opened.point(1, 1)
    assert ink(opened, 0) == before


def test_a_line_around_notes_selects_them_in_every_map(opened, maps):
    left, top, side = box(opened)
    right = ink(opened, 1)
    half = side / 2
    middle, bottom = left + half, top + side - 2
    opened.drag((left + 2, top + 2), (middle, top + 2), (middle, bottom), (left + 2, bottom), shift=True)
    inside = spots(maps, "base", side)[:, 0] < half
    values = Counter(np.array(maps["base"].columns["specialty"])[inside].tolist())
    assert status(opened).startswith(f"{inside.sum()} notes of 200 selected ({100 * inside.mean():.1f}%)")
    assert {name: one for name, (one, _) in counts(opened).items() if one} == values
    assert {name: every for name, (_, every) in counts(opened).items()} == Counter(maps["base"].columns["specialty"])
    assert ink(opened, 1) != right
    choose(opened, "#count-by", "1")
    severities = [one or "missing" for one in maps["base"].columns["severity"]]
    assert {name: every for name, (_, every) in counts(opened).items()} == Counter(severities)
    assert sum(one for one, _ in counts(opened).values()) == inside.sum()
    click(opened, "[data-do=clear]")
    assert status(opened) == "No note is selected."
    assert ink(opened, 1) == right


def test_dragging_selects_where_the_reader_said_so(opened):
    left, top, _ = box(opened)
    click(opened, "[data-drag=lasso]")
    opened.drag(*around(opened))
    assert status(opened).startswith("200 notes of 200 selected (100.0%)")
    opened.drag((left + 2, top + 2), (left + 9, top + 2), (left + 9, top + 9))
    assert status(opened) == "No note is selected: the outline contains none."
    assert opened.run("document.querySelector('.counting').hidden")


def test_a_rectangle_by_keys_selects_what_lies_in_it(opened, maps):
    side = box(opened)[2]
    opened.run("document.querySelector('.pair canvas').focus({ preventScroll: true })")
    opened.press("s")
    assert status(opened).startswith("A rectangle in the middle")
    for _ in range(3):
        opened.press("ArrowRight", shift=True)
    opened.press("ArrowDown")
    opened.press("Enter")
    xy = spots(maps, "base", side) / side
    inside = (np.abs(xy[:, 0] - 0.5) < 0.225) & (np.abs(xy[:, 1] - 0.55) < 0.15)
    assert inside.sum() > 5
    assert status(opened).startswith(f"{inside.sum()} notes of 200 selected")


def test_keys_move_and_zoom(opened):
    opened.run("document.querySelector('.pair canvas').focus({ preventScroll: true })")
    seen = [ink(opened, 0)]
    for key in ("+", "+", "ArrowLeft", "ArrowUp", "-"):
        opened.press(key)
        seen.append(ink(opened, 0))
    assert len(set(seen)) == 6
    opened.press("0")
    assert ink(opened, 0) == seen[0]


def test_keys_step_through_notes_from_left_to_right(opened, maps):
    right = ink(opened, 1)
    opened.run("document.querySelector('.pair canvas').focus({ preventScroll: true })")
    order = np.argsort(placed(maps["base"].xy)[:, 0], kind="stable")
    for note in order[:3]:
        opened.press("n")
        values = {name: column[note] or "missing" for name, column in maps["base"].columns.items()}
        said = "\n".join(f"{name}: {value}" for name, value in values.items())
        assert opened.run("document.querySelector('.tip').textContent") == said
    assert ink(opened, 1) != right
    opened.press("Escape")
    assert opened.run("document.querySelector('.tip').hidden")
    assert ink(opened, 1) == right


def test_pointing_at_a_note_rings_it_in_both_maps(opened, maps):
    left, top, side = box(opened)
    before = ink(opened, 1)
    x, y = spots(maps, "base", side)[7]
    opened.point(left + x, top + y)
    assert not opened.run("document.querySelector('.tip').hidden")
    assert ink(opened, 1) != before
    opened.point(1, 1)
    assert ink(opened, 1) == before


def test_values_are_shown_alone_hidden_and_selected(opened, maps):
    commonest, many = Counter(maps["base"].columns["specialty"]).most_common(1)[0]
    before = ink(opened, 0)
    buttons = "[...document.querySelectorAll('.explorer .legend button')]"
    pressed = f"{buttons}.map((one) => one.getAttribute('aria-pressed'))"
    assert opened.run("document.querySelector('.explorer .legend button').textContent") == f"{commonest} ({many})"
    click(opened, ".explorer .legend button")
    assert opened.run(pressed) == ["true"] + ["false"] * 12
    alone = ink(opened, 0)
    click(opened, ".explorer .legend button")
    assert opened.run(pressed) == ["true"] * 13
    choose(opened, "#legend-does", "hide")
    click(opened, ".explorer .legend button")
    assert opened.run(pressed) == ["false"] + ["true"] * 12
    assert len({before, alone, ink(opened, 0)}) == 3
    # a line around everything leaves out what is hidden
    opened.drag(*around(opened), shift=True)
    assert status(opened).startswith(f"{200 - many} notes of 200 selected")
    click(opened, "[data-do=all]")
    click(opened, "[data-do=clear]")
    assert ink(opened, 0) == before
    choose(opened, "#legend-does", "select")
    click(opened, ".explorer .legend button")
    assert status(opened).startswith(f"{many} notes of 200 selected")


def test_models_and_colours_are_chosen(opened, maps):
    before = ink(opened, 0)
    choose(opened, "#model-1", "0")
    assert ink(opened, 1) == before
    choose(opened, "#colour-by", "1")
    assert ink(opened, 0) != before
    names = opened.run("[...document.querySelectorAll('.explorer .legend button')].map((one) => one.textContent)")
    values = Counter(maps["base"].columns["severity"])
    assert names == [
        *(f"{name} ({values[name]})" for name in sorted(set(values) - {None}, key=lambda name: (-values[name], name))),
        f"missing ({values[None]})",
    ]


def test_two_fingers_zoom(opened):
    left, top, _ = box(opened)
    before = ink(opened, 0)
    near = [(left + 150, top + 150), (left + 200, top + 200)]
    far = [(left + 100, top + 100), (left + 250, top + 250)]
    click(opened, ".pair [data-zoom='+']")
    zoomed = ink(opened, 0)
    opened.fingers(near, far)
    assert len({before, zoomed, ink(opened, 0)}) == 3


def test_maps_are_sharp_on_fine_screens_and_follow_the_window(opened):
    first = "document.querySelector('.pair canvas')"
    opened.looks(width=700, scale=2)
    opened.until(f"{first}.width > {first}.clientWidth * 1.9")
    drawn = "[...document.querySelectorAll('.pair canvas')].map((one) => one.width / one.clientWidth)"
    assert opened.run(drawn) == pytest.approx([2, 2], abs=0.01)


def test_a_change_of_theme_changes_the_maps(opened):
    before = ink(opened, 0)
    opened.looks(width=1280, dark=True)
    opened.until(f"{INK}(0) !== {before}")
    opened.looks(width=1280)
    opened.until(f"{INK}(0) === {before}")


def test_text_is_shown_as_text_where_it_was_asked_for(browser, pages, texts, maps):
    browser.open((pages / "text.html").as_uri(), "document.readyState === 'complete'")
    browser.run("document.querySelector('.pair canvas').focus({ preventScroll: true })")
    browser.press("n")
    first = int(np.argmin(placed(maps["base"].xy)[:, 0]))
    assert browser.run("document.querySelector('.tip').textContent").endswith(f"\n\n{texts[first]}")
    choose(browser, "#legend-does", "select")
    click(browser, ".explorer .legend button")
    many = Counter(maps["base"].columns["specialty"]).most_common(1)[0][1]
    assert many > 20
    assert browser.run("document.querySelectorAll('.texts li').length") == 20
    click(browser, "[data-do=more]")
    assert browser.run("document.querySelectorAll('.texts li').length") == min(many, 40)
    shown = browser.run("[...document.querySelectorAll('.texts .text')].map((one) => one.textContent)")
    assert set(shown) <= set(texts)
    assert browser.run("document.querySelectorAll('.texts b').length") == 0


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_with_text_says_so_in_red_all_the_time(browser, pages, media, width):
    browser.looks(width=width, media=media)
    browser.open((pages / "text.html").as_uri(), "document.readyState === 'complete'")
    style = browser.run(
        "(({ display, position, color, backgroundColor }) => [display, position, color, backgroundColor])"
        "(getComputedStyle(document.querySelector('.danger')))"
    )
    red, white = "rgb(163, 41, 31)", "rgb(255, 255, 255)"
    if media == "print":
        assert style == ["block", "static", red, "rgba(0, 0, 0, 0)"]
        return
    assert style == ["block", "fixed", white, red]
    browser.run("document.documentElement.style.scrollBehavior = 'auto'")
    browser.run("scrollTo(0, document.body.scrollHeight)")
    words = """(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector("footer div"));
      return range.getBoundingClientRect().bottom;
    })()"""
    assert browser.run(words) <= browser.run("document.querySelector('.danger').getBoundingClientRect().top")
