import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.report.figures.bars import histogram
from wardspace.report.figures.forest import LEFT, PLOT, Bar, forest
from wardspace.report.figures.lines import loss_curve
from wardspace.report.figures.points import Spot, scatter
from wardspace.report.figures.style import ModelStyle
from wardspace.report.figures.svg import LETTER, figure, scale, spread, tag
from wardspace.results import LossPoint, kept_point

STYLE = ModelStyle("var(--c0)", "square", "")
NAME = "{http://www.w3.org/2000/svg}"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(2, 8))
def test_a_scale_holds_its_values_between_round_ends(values, ticks):
    found = scale(values, 0, 100, ticks=ticks)
    slack = 1e-6 * (found.high - found.low)
    assert found.low - slack <= min(values)
    assert found.high + slack >= max(values)
    assert len(found.ticks) <= ticks + 3
    assert all(-1e-6 <= found(value) <= 100 + 1e-6 for value in values)
    assert len({found.label(tick) for tick in found.ticks}) == len(found.ticks)


def test_a_scale_counts_in_round_steps():
    found = scale([37.1, 88.2], 0, 1, ticks=6)
    assert found.ticks == [30, 40, 50, 60, 70, 80, 90]
    assert scale([0.12, 0.49], 0, 1, ticks=4, zero=True).label(0.2) == "0.2"
    assert scale([-3.4, -2.6], 0, 1).label(-3.0) == "−3.0"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_names_are_moved_apart_in_their_order(places):
    moved = spread(places, 5, 0, 200)
    ordered = [moved[i] for i in sorted(range(len(places)), key=lambda i: places[i])]
    assert all(b - a >= 5 - 0.05 for a, b in pairwise(ordered))
    assert all(-1e-9 <= place <= 200 for place in moved)


def test_words_and_attributes_are_escaped():
    drawn = figure(10, 10, 'a "b" <c>', tag("text", "<script>alert(1)</script>", x=1.25))
    assert "<script>" not in drawn
    root = ET.fromstring(str(drawn))
    assert root.get("aria-label") == 'a "b" <c>'
    assert root[0].text == "<script>alert(1)</script>"
    assert root[0].get("x") == "1.2"


def drawn_beyond(bar, ends=(-5, 5)):
    """Arrow heads, dots and description of a panel of one difference."""
    root = ET.fromstring(str(forest([bar], "d", ends)))
    paths = list(root.iter(f"{NAME}path"))
    heads = [float(path.get("d")[1:].split(",")[0]) for path in paths if path.get("class") == "beyond"]
    return heads, len(paths) - len(heads), root.get("aria-label")


def test_a_difference_beyond_the_scale_is_an_arrow():
    heads, dots, said = drawn_beyond(Bar("far", STYLE, -40, -42, -38, False, significant=True))
    assert (len(heads), dots) == (1, 0)
    assert heads[0] < LEFT
    assert said == "d. Beyond the scale: far"
    root = ET.fromstring(str(forest([Bar("far", STYLE, -40, -42, -38, False, significant=True)], "d", (-5, 5))))
    assert "−40.0 *" in [text.text for text in root.iter(f"{NAME}text")]


@pytest.mark.parametrize(
    ("low", "high", "ways"), [(-4, 4, []), (-9, 4, ["left"]), (-4, 9, ["right"]), (-9, 9, ["left", "right"])]
)
def test_a_line_cut_by_the_scale_says_so_at_each_end(low, high, ways):
    heads, dots, said = drawn_beyond(Bar("wide", STYLE, 0.5, low, high, True))
    assert ["left" if x < LEFT else "right" for x in heads] == ways
    assert dots == 1
    assert said == ("d. Beyond the scale: wide" if ways else "d")


def test_of_a_line_whose_dot_lies_beyond_the_rest_is_drawn():
    root = ET.fromstring(str(forest([Bar("far", STYLE, 7, 4, 9, False, significant=True)], "d", (-5, 5))))
    (series,) = (group for group in root.iter(f"{NAME}g") if group.get("class") == "series")
    line, cap = series.findall(f"{NAME}line")
    assert float(line.get("x1")) == float(cap.get("x1")) < float(line.get("x2")) == LEFT + PLOT


def test_a_long_name_has_its_room():
    name = "a-model-of-thirty-letters-at-a"
    root = ET.fromstring(str(forest([Bar(name, STYLE, 0, -1, 1, True)], "d", (-5, 5))))
    lines = [float(line.get("x1")) for line in root.iter(f"{NAME}line")]
    assert min(lines) >= len(name) * LETTER
    assert float(root.get("width")) > max(lines)


def test_every_spot_is_named():
    spots = [Spot(f"model-{i}", STYLE, 0.01 * i, 0.02 * i) for i in range(6)]
    root = ET.fromstring(str(scatter(spots, "x", "y", "d")))
    names = [text for text in root.iter(f"{NAME}text") if text.get("class") == "name"]
    assert sorted(name.text for name in names) == [spot.name for spot in spots]
    assert len({(name.get("x"), name.get("y")) for name in names}) == 6


def test_bars_are_as_high_as_their_counts():
    root = ET.fromstring(str(histogram([1, 2, 4, 8], [10, 0, 40], "x", "y", "d")))
    heights = [float(bar.get("height")) for bar in root.iter(f"{NAME}rect")]
    assert heights[1] == 0
    assert heights[2] == pytest.approx(4 * heights[0], abs=0.3)
    with pytest.raises(ValueError, match="3 edges for 3 bars"):
        histogram([1, 2, 4], [1, 2, 3], "x", "y", "d")


@pytest.mark.parametrize(("values", "place"), [([3.0, 1.0, 2.0], 1), ([0.5, 3.0, 1.0, 2.0], 2)])
def test_the_kept_weights_are_marked_on_the_curve(values, place):
    losses = [LossPoint(tokens=i * 10, loss=loss) for i, loss in enumerate(values)]
    root = ET.fromstring(str(loss_curve(losses, "d")))
    dot, line = root.find(f"{NAME}circle"), root.find(f"{NAME}polyline")
    marked = [float(dot.get("cx")), float(dot.get("cy"))]
    assert marked == pytest.approx([float(one) for one in line.get("points").split()[place].split(",")], abs=0.06)
    assert kept_point(losses) is losses[place]
    assert loss_curve(losses[:1], "d") == ""
