from random import Random
from statistics import mean

from wardspace.synthetic.acuity import SEVERITIES, Vitals, cue, drawn, severity
from wardspace.synthetic.tables.tables import severity_words


def test_severity_rises_with_acuity():
    labels = [severity(step / 100) for step in range(101)]
    assert [SEVERITIES.index(label) for label in labels] == sorted(SEVERITIES.index(label) for label in labels)
    assert set(labels) == set(SEVERITIES)


def test_every_label_is_common():
    rng = Random(0)
    labels = [severity(drawn(rng)) for _ in range(3000)]
    assert all(labels.count(name) > 600 for name in SEVERITIES)


def test_cues_lean_but_do_not_decide():
    rng = Random(0)
    steps = severity_words().cues["looks"]

    def step(acuity):
        said = cue("looks", acuity, rng)
        return next(i for i, wordings in enumerate(steps) if said in wordings)

    well, between, ill = ([step(acuity) for _ in range(400)] for acuity in (0.1, 0.5, 0.9))
    assert mean(well) < mean(between) < mean(ill)
    assert set(well) & set(between) and set(between) & set(ill)


def test_every_cue_has_five_steps_of_several_wordings():
    words = severity_words()
    for steps in (*words.cues.values(), words.degrees):
        assert len(steps) == 5
        assert all(len(wordings) >= 4 for wordings in steps)
        said = [wording for wordings in steps for wording in wordings]
        assert len(set(said)) == len(said)


def test_vitals_lean_and_overlap_within_what_is_possible():
    rng = Random(0)
    well = [Vitals.drawn(0.05, rng) for _ in range(500)]
    ill = [Vitals.drawn(0.95, rng) for _ in range(500)]
    assert mean(v.heart_rate for v in well) + 15 < mean(v.heart_rate for v in ill)
    assert mean(v.saturation for v in well) > mean(v.saturation for v in ill) + 2
    assert max(v.heart_rate for v in well) > min(v.heart_rate for v in ill)
    for seen in (*well, *ill):
        assert 82 <= seen.saturation <= 100
        assert seen.diastolic < seen.systolic
        assert 34 < seen.temperature < 40
