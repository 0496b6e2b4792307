import numpy as np

from wardspace.config import ReportConfig, SpaceConfig
from wardspace.evaluation.space_intervals import Key
from wardspace.space import measures, shifts
from wardspace.study.steps.space import read_effects, space_results, write_effects


def spaces(folder, columns):
    """Base and one adapted space of 60 notes of 20 patients, measured and written."""
    draw = np.random.default_rng(0)
    codes, groups = np.arange(60) % 3, [f"patient {i // 3}" for i in range(60)]
    base = draw.normal(size=(60, 8)) + np.eye(3, 8)[codes]
    vectors = {"base": base, "mlm": base + 0.8 * np.eye(3, 8)[codes]}
    labels = {name: [f"c{code}" for code in codes] for name in columns}
    measured, paths = {}, {}
    for model, own in vectors.items():
        found = measures(own, labels, model=model, config=SpaceConfig(permutations=19), groups=groups)
        moved = [] if model == "base" else shifts(base, own, labels, model=model)
        paths[model] = folder / "space" / f"{model}.npz"
        write_effects(paths[model], groups, found, moved)
        records = {"scores": [vars(one.score) for one in found], "shifts": [vars(one.shift) for one in moved]}
        measured[model] = records
    return measured, paths


def test_effects_are_kept_by_patient_without_their_names(tmp_path):
    _, paths = spaces(tmp_path, ["area"])
    held = read_effects(paths["mlm"])
    assert held.values.shape == (len(held.keys), 20)
    assert Key("score", "*", "uniformity") in held.keys
    assert Key("shift", "area", "c1") in held.keys
    assert b"patient" not in paths["mlm"].read_bytes()


def test_the_results_tell_better_from_chance(tmp_path):
    measured, paths = spaces(tmp_path, ["area"])
    found = space_results(measured, [], paths, ReportConfig(resamples=200))
    scores = {(s.model, s.column, s.measure): s for s in found["space"]}
    silhouette = scores["mlm", "area", "silhouette"]
    assert silhouette.low < silhouette.value < silhouette.high
    assert scores["mlm", "area", "v_measure"].low is None
    gaps = {(d.model, d.column, d.measure): d for d in found["space_differences"]}
    assert gaps["mlm", "area", "silhouette"].low > 0
    assert not gaps["mlm", "area", "silhouette"].tie
    assert {s.category for s in found["shifts"] if s.column == "area"} == {"c0", "c1", "c2"}
    assert all(s.low < s.apart - s.apart_before < s.high for s in found["shifts"] if s.column == "area")


def test_spaces_without_columns_have_results_too(tmp_path):
    measured, paths = spaces(tmp_path, [])
    found = space_results(measured, [], paths, ReportConfig(resamples=100))
    assert {s.column for s in found["space"]} == {"*"}
    assert [s.category for s in found["shifts"]] == ["*"]
