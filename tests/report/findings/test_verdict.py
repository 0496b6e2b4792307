import pytest

from tests.report.build import Change, small_results
from wardspace.report.findings.findings import main_places
from wardspace.report.findings.guidance import guidance
from wardspace.report.findings.model_selection import cost_order
from wardspace.report.findings.verdict import MARGIN, verdicts
from wardspace.report.score_table import Board
from wardspace.report.wording import guidance as say
from wardspace.results import AcrossDifference, Difference, ModelRecord, Score, SettingRecord, StageCost

GAIN, SMALL_GAIN, HARM = (0.041, 0.028, 0.053), (0.011, 0.004, 0.018), (-0.05, -0.061, -0.036)
SAME, WIDE = (0.004, -0.006, 0.013), (0.03, -0.04, 0.10)
ALONE = (*GAIN, "alone")
"""Not significant after correction."""


def board_of(gaps, validation, **changes):
    """Models with gaps to the base on test, and given validation scores."""
    results = small_results({name: [gap] for name, gap in gaps.items()}, **changes)
    where = {"task": "t", "setting": "logistic", "shots": 8, "metric": "macro_f1", "n": 50, "groups": 20}
    chosen = [
        Score(model=name, value=value, seed=None, split="validation", **where) for name, value in validation.items()
    ]
    return Board(results.model_copy(update={"scores": [*results.scores, *chosen]}))


def verdict_of(board):
    (verdict,) = verdicts(board, "t", "macro_f1")
    assert verdict.score.split == "test"
    assert verdict.score.model == verdict.used.model
    return verdict


@pytest.mark.parametrize(
    ("gap", "validation", "used", "reason"),
    [
        (GAIN, {"base": 0.50, "mlm": 0.52}, "mlm", "better"),
        (ALONE, {"base": 0.50, "mlm": 0.52}, "mlm", "better-uncorrected"),
        (SAME, {"base": 0.50, "mlm": 0.60}, "base", "as-good"),
        (SMALL_GAIN, {"base": 0.50, "mlm": 0.60}, "mlm", "better"),  # significant: the findings say that it is better
        (WIDE, {"base": 0.50, "mlm": 0.60}, "mlm", "undecided"),
        (HARM, {"base": 0.50, "mlm": 0.60}, "base", "alone"),
        (SAME, {"base": 0.50, "mlm": 0.49}, "base", "alone"),
        (SAME, {"base": 0.5001, "mlm": 0.5003}, "base", "alone"),  # alike as printed: the cheaper
        (GAIN, {"base": 0.50, "mlm": 0.49}, "mlm", "better"),  # no advice against a significant finding
    ],
)
def test_one_model_against_the_base(gap, validation, used, reason):
    verdict = verdict_of(board_of({"mlm": gap}, validation))
    assert (verdict.used.model, verdict.reason) == (used, reason)


@pytest.mark.parametrize(("gap", "validation"), [(HARM, {"base": 0.5, "mlm": 0.6}), (GAIN, {"base": 0.5, "mlm": 0.4})])
def test_what_validation_prefers_and_test_refutes_is_named(gap, validation):
    verdict = verdict_of(board_of({"mlm": gap}, validation))
    assert verdict.overruled.model == max(validation, key=validation.get) != verdict.used.model


def test_a_model_far_above_a_cheaper_one_is_not_replaced_by_it_because_the_interval_is_wide():
    board = board_of({"tfidf": (-0.206, -0.41, 0.002)}, {"base": 0.955, "tfidf": 0.75}, base=0.955)
    verdict = verdict_of(board)
    assert (verdict.used.model, verdict.rival.model, verdict.reason) == ("base", "tfidf", "undecided")
    assert verdict.gap[:3] == pytest.approx((0.206, -0.002, 0.41))
    (advice,) = guidance(board)[0].use
    assert advice.tone == "tie"
    assert say.test_units(100, ("note", "notes"), 40) in advice.text


def test_the_margin_is_that_of_the_whole_interval():
    for high, reason in ((MARGIN, "as-good"), (MARGIN + 0.001, "undecided")):
        board = board_of({"mlm": (0.004, -0.006, high)}, {"base": 0.5, "mlm": 0.6})
        assert verdict_of(board).reason == reason


def test_the_cheapest_of_those_that_are_as_good_is_taken():
    gaps = {"mlm": SAME, "tfidf": SAME}
    pair = Difference(
        model="mlm", against="tfidf", task="t", setting="logistic", shots=8, metric="macro_f1",
        value=0.001, low=-0.01, high=0.01, tie=True, clear=False,
    )  # fmt: skip
    board = board_of(gaps, {"base": 0.4, "mlm": 0.6, "tfidf": 0.5})
    both = Board(board.results.model_copy(update={"differences": [*board.results.differences, pair]}))
    assert verdict_of(both).used.model == "tfidf"
    assert verdict_of(board).used.model == "base"  # mlm and tfidf were never compared


def test_ways_of_use_with_as_many_labels_share_one_verdict():
    board = board_of({}, {"base": 0.5})
    where = {"task": "t", "metric": "macro_f1", "n": 100, "groups": 40, "seed": None, "shots": 8, "model": "base"}
    tuned = [Score(setting="finetune", split=split, value=0.7, **where) for split in ("validation", "test")]
    across = AcrossDifference(
        model="base", setting="finetune", shots=8, against="base", against_setting="logistic", against_shots=8,
        task="t", metric="macro_f1", value=0.2, low=0.1, high=0.3, tie=False,
    )  # fmt: skip
    more = {"scores": [*board.results.scores, *tuned], "across": [across]}
    verdict = verdict_of(Board(board.results.model_copy(update=more)))
    assert (verdict.used.place.setting, verdict.rival.place.setting) == ("finetune", "logistic")
    assert verdict.reason == "better"
    level = across.model_copy(update={"value": 0.0, "low": -0.01, "high": 0.01, "tie": True})
    verdict = verdict_of(Board(board.results.model_copy(update={**more, "across": [level]})))
    assert (verdict.used.place.setting, verdict.reason) == ("logistic", "as-good")


def test_without_validation_scores_nothing_is_advised():
    assert verdicts(Board(small_results({"mlm": [GAIN]})), "t", "macro_f1") == []


def test_a_verdict_for_every_number_of_labels_in_their_order(board):
    found = verdicts(board, "specialty", "macro_f1")
    assert [verdict.used.place.shots for verdict in found] == [8, 16, 32, None]


def test_tfidf_is_cheapest_then_the_base_then_less_training():
    stage = StageCost(
        objective="mlm", options={}, tokens=1, padding=0, notes_seen=1, notes_read=1, notes_left_out=0, steps=1,
        seconds=60, parameters_updated=1, parameters=1, device="cpu", losses=[],
    )  # fmt: skip
    records = [
        ModelRecord(name="long", kind="adapted", dimension=4, stages=[stage, stage]),
        ModelRecord(name="short", kind="adapted", dimension=4, stages=[stage]),
        ModelRecord(name="base", kind="base", dimension=4),
        ModelRecord(name="tfidf", kind="tfidf", dimension=4),
    ]
    assert [one.name for one in sorted(records, key=cost_order)] == ["tfidf", "base", "short", "long"]


def test_the_reason_names_the_model_that_comes_nearest():
    board = board_of({"mlm": GAIN}, {"base": 0.5, "mlm": 0.6})
    (advice,) = guidance(board)[0].use
    nearest = say.with_setting(say.unchanged("base"), "logistic regression", "frozen")
    assert advice.text.endswith(say.better_than_cheaper(nearest, Change(*GAIN), significant=True))
    assert advice.tone == "gain"


def with_rules(board, value):
    """A baseline that learns nothing, as good on validation and test."""
    rules = {"setting": "rules", "shots": None, "task": "t", "model": "rules", "metric": "macro_f1", "seed": None}
    scores = [Score(**rules, split=split, value=value, n=50, groups=20) for split in ("validation", "test")]
    record = SettingRecord(name="rules", family="baseline", trained="nothing")
    model = board.results.models[0].model_copy(update={"name": "rules", "kind": "baseline"})
    changes = {
        "scores": [*board.results.scores, *scores],
        "settings": [*board.results.settings, record],
        "models": [*board.results.models, model],
    }
    return Board(board.results.model_copy(update=changes))


@pytest.mark.parametrize(("value", "used"), [(0.9, "rules"), (0.1, "mlm")])
def test_what_needs_no_labels_is_weighed_with_any_number_of_them(value, used):
    board = with_rules(board_of({"mlm": GAIN}, {"base": 0.50, "mlm": 0.52}), value)
    few, without = verdicts(board, "t", "macro_f1")
    assert (few.used.model, few.budget.shots) == (used, 8)
    assert (without.used.model, without.budget.setting) == ("rules", "rules")


def test_what_needs_no_labels_does_not_say_how_many_the_others_had():
    board = board_of({"mlm": GAIN}, {"base": 0.50, "mlm": 0.52})
    found = with_rules(board, 0.1).results
    every = [one.model_copy(update={"shots": None}) for one in (*found.scores[-2:], *found.scores[:-2])]
    differences = [one.model_copy(update={"shots": None}) for one in found.differences]
    board = Board(found.model_copy(update={"scores": every, "differences": differences}))
    (advice,) = guidance(board)[0].use
    assert advice.text.startswith("With all labels: use mlm")


def test_a_baseline_is_no_frozen_encoder():
    board = with_rules(board_of({"mlm": GAIN}, {"base": 0.50, "mlm": 0.52}), 0.9)
    found = main_places(board, "t", "macro_f1")
    assert [(place.setting, place.family) for place in found] == [("logistic", "frozen"), ("rules", "baseline")]
