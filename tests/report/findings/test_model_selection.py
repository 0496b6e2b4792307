import pytest

from tests.report.build import Change, small_results
from wardspace.report.findings.guidance import guidance
from wardspace.report.findings.model_selection import cheaper_tried, choices, cost_order
from wardspace.report.score_table import Board
from wardspace.report.wording import guidance as say
from wardspace.results import ModelRecord, Score, StageCost

GAIN, TIE, HARM = (0.021, 0.008, 0.033), (0.004, -0.006, 0.013), (-0.05, -0.061, -0.036)


def board_of(gaps, validation):
    """Models with gaps to the base on test, and given validation scores."""
    results = small_results({name: [gap] for name, gap in gaps.items()})
    where = {"task": "t", "setting": "logistic", "shots": 8, "metric": "macro_f1", "n": 50, "groups": 20}
    chosen = [
        Score(model=name, value=value, seed=None, split="validation", **where) for name, value in validation.items()
    ]
    return Board(results.model_copy(update={"scores": [*results.scores, *chosen]}))


@pytest.mark.parametrize(
    ("gap", "validation", "favoured", "used"),
    [
        (GAIN, {"base": 0.50, "mlm": 0.52}, "mlm", "mlm"),
        (TIE, {"base": 0.50, "mlm": 0.60}, "mlm", "base"),
        (HARM, {"base": 0.50, "mlm": 0.60}, "mlm", "base"),
        (GAIN, {"base": 0.50, "mlm": 0.49}, "base", "base"),  # test is not chosen on
        (GAIN, {"base": 0.5001, "mlm": 0.5003}, "base", "base"),  # alike as printed: the cheaper
    ],
)
def test_validation_chooses_and_test_only_spares_cost(gap, validation, favoured, used):
    (choice,) = choices(board_of({"mlm": gap}, validation), "t", "macro_f1")
    assert (choice.favoured, choice.used) == (favoured, used)
    assert choice.score.split == "test"
    assert choice.score.model == used


def test_a_model_not_compared_in_pairs_takes_nobodys_place():
    board = board_of({"mlm": GAIN, "tfidf": TIE}, {"base": 0.4, "mlm": 0.6, "tfidf": 0.5})
    (choice,) = choices(board, "t", "macro_f1")  # mlm and tfidf were compared with the base alone
    assert choice.used == "mlm"


def test_without_validation_scores_nothing_is_chosen():
    assert choices(Board(small_results({"mlm": [GAIN]})), "t", "macro_f1") == []


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


@pytest.mark.parametrize(("words", "reason"), [({}, say.NOTHING_CHEAPER), ({"tfidf": 0.3}, say.CHEAPEST_IS_BEST)])
def test_nothing_cheaper_is_beaten_where_nothing_cheaper_was_tried(words, reason):
    board = board_of({"mlm": TIE, **dict.fromkeys(words, HARM)}, {"base": 0.5, "mlm": 0.4, **words})
    (choice,) = choices(board, "t", "macro_f1")
    assert choice.used == "base"
    assert cheaper_tried(board, choice) == bool(words)
    (advice,) = guidance(board)[0].use
    assert advice.text.endswith(reason)


@pytest.mark.parametrize(("gap", "doubted"), [(HARM, True), (TIE, False), (GAIN, False)])
def test_tfidf_chosen_on_validation_is_doubted_where_it_is_worse_on_test(gap, doubted):
    board = board_of({"tfidf": gap, "mlm": TIE}, {"base": 0.4, "mlm": 0.4, "tfidf": 0.6})
    (use,) = [finding.text for finding in guidance(board)[0].use if say.TFIDF in finding.text]
    assert use.endswith(say.tfidf_is_best("base", Change(*gap), doubtful=doubted))
