from itertools import combinations, pairwise

import numpy as np
import pytest

from wardspace.report.figures.points import tones
from wardspace.report.figures.style import CATEGORIES, COLOURS, DARK, LIGHT, RAMP, SHAPES, explicit, model_styles
from wardspace.results import ModelRecord

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])

SIGHT = {
    "full": np.eye(3),
    # Machado, Oliveira and Fernandes (2009), severity 1
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
}


def linear(colour):
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Contrast ratio of WCAG 2."""
    light, dark = sorted((linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(rgb):
    to_lms = [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
    to_lab = [[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]
    return np.array(to_lab) @ np.cbrt(np.clip(np.array(to_lms) @ rgb, 0, None))


@THEMES
def test_words_can_be_read(theme):
    for name in ("ink", "soft", "accent", "good", "bad"):
        assert contrast(theme[name], theme["bg"]) >= 4.5, name
        assert contrast(theme[name], theme["panel"]) >= 4.5, name
    assert contrast(theme["ink"], theme["warn"]) >= 7


@THEMES
def test_marks_stand_out_from_the_ground(theme):
    for i in range(COLOURS):
        assert contrast(theme[f"c{i}"], theme["bg"]) >= 3, f"c{i}"
        assert contrast(theme[f"c{i}"], theme["panel"]) >= 3, f"c{i}"


@THEMES
def test_edges_of_controls_can_be_seen(theme):
    assert contrast(theme["edge"], theme["bg"]) >= 3
    assert contrast(theme["edge"], theme["panel"]) >= 3


@THEMES
def test_a_ramp_keeps_its_order_in_grey(theme):
    steps = [contrast(theme[f"s{i}"], theme["panel"]) for i in range(RAMP)]
    assert steps[0] >= 3
    assert min(after / before for before, after in pairwise(steps)) >= 1.15


def test_values_of_a_map_differ_and_the_commonest_do_so_in_grey():
    marks = tones(CATEGORIES, ordered=False)
    assert len(set(marks)) == CATEGORIES == 24
    assert len({shape for _, shape in marks[:SHAPES]}) == SHAPES


@THEMES
@pytest.mark.parametrize("sight", SIGHT)
def test_colours_differ_for_every_eye(theme, sight):
    drawn = [theme["ink"], *(theme[f"c{i}"] for i in range(COLOURS))]
    seen = [oklab(np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)) for colour in drawn]
    nearest = min(np.linalg.norm(a - b) for a, b in combinations(seen, 2))
    assert nearest >= 0.075


def test_both_themes_name_the_same_colours():
    assert set(LIGHT) == set(DARK)


def test_models_differ_in_colour_and_shape():
    names = [f"m{i}" for i in range(16)]
    records = [ModelRecord(name="base", kind="base", dimension=1), ModelRecord(name="tfidf", kind="tfidf", dimension=1)]
    records += [ModelRecord(name=name, kind="adapted", dimension=1) for name in names]
    styles = model_styles(records)
    assert len(set(styles.values())) == 18
    assert styles["base"].colour == "var(--ink)"


def test_variables_can_be_written_out():
    assert explicit('fill="var(--c0)" stroke="var(--bg)"') == f'fill="{LIGHT["c0"]}" stroke="{LIGHT["bg"]}"'
    with pytest.raises(KeyError):
        explicit("var(--nosuch)")
