from tests.fixtures.results import fake_results
from tests.report.build import Change, small_results
from wardspace.report.findings.headlines import headlines
from wardspace.report.findings.model_selection import validation_scores
from wardspace.report.score_table import Board
from wardspace.report.wording import comparisons as say

GAIN, TIE, HARM = (0.021, 0.008, 0.033), (0.004, -0.006, 0.013), (-0.05, -0.061, -0.036)


def first(**gaps):
    return headlines(Board(small_results(gaps)))[0]


def test_three_to_six_sentences(board):
    assert 3 <= len(headlines(board)) <= 6


def test_a_gain_has_its_model_its_setting_and_its_interval():
    found = first(mlm=[GAIN, TIE], declutr=[TIE, TIE])
    assert found.tone == "gain"
    largest = say.extreme(Change(*GAIN), "macro F1", "8 labels per class, logistic regression")
    assert found.text == say.adapting_helped("t", "mlm", (1, 2), largest, worse=[])
    assert found.evidence == "score:t:macro_f1:mlm:logistic:8"


def test_no_gain_is_reported_and_so_is_harm():
    found = first(mlm=[TIE], declutr=[HARM])
    assert found.tone == "harm"
    assert found.text == say.adapting_did_not_help("t", models=2, settings=1, uncorrected=0, worse=["declutr"])
    assert first(mlm=[TIE]).tone == "tie"


def test_a_gain_that_is_not_significant_after_correction_is_reported():
    found = first(mlm=[(*GAIN, "alone"), TIE])
    assert found.tone == "tie"
    assert found.text == say.adapting_did_not_help("t", models=1, settings=2, uncorrected=1, worse=[])


def test_what_is_not_corrected_has_a_hollow_sign(board):
    (tuned,) = [finding for finding in headlines(board) if finding.text.startswith("Fine-tuning")]
    assert tuned.tone == "gain-uncorrected"


def test_fine_tuning_on_fewer_labels_than_the_frozen_encoder_is_named_as_that(board):
    capped = Board(fake_results().model_copy(update={"finetune_notes": {"specialty": 500}}))
    start = {fewer: say.fine_tuning_overall(6, 6, None, fewer_labels=fewer)[:-1] for fewer in (False, True)}
    assert start[True] != start[False]
    assert any(one.text.startswith(start[True]) for one in headlines(capped))
    assert any(one.text.startswith(start[False]) for one in headlines(board))


def test_tfidf_and_cost_have_a_sentence_each(board):
    texts = [finding.text for finding in headlines(board)]
    better, worse, same = against_tfidf(board)
    assert say.language_model_needed(better, worse, same) in texts
    assert sum("6 models took 41 min 12 s" in text for text in texts) == 1


def against_tfidf(board):
    """Differences of the models that are best on validation to TF-IDF, counted by hand."""
    found = []
    for task in board.tasks:
        metric = board.metrics(task)[0]
        for place in board.places(task, metric):
            scores = validation_scores(board, task, metric, place)
            scores.pop("tfidf", None)
            best = max(scores, key=scores.get, default=board.base)
            found.append(board.difference(task, best, place, metric, against="tfidf"))
    known = [one for one in found if one is not None]
    better = sum(bool(one.clear) and one.value > 0 for one in known)
    worse = sum(bool(one.clear) and one.value < 0 for one in known)
    return better, worse, len(known) - better - worse


def test_many_tasks_stay_six_sentences():
    results = fake_results()
    renamed = {
        name: [s.model_copy(update={"task": name}) for s in results.scores if s.task == "severity"] for name in "abc"
    }
    paired = [d.model_copy(update={"task": n}) for n in "abc" for d in results.differences if d.task == "severity"]
    scores = [*results.scores, *(score for found in renamed.values() for score in found)]
    changes = {"scores": scores, "differences": [*results.differences, *paired]}
    found = headlines(Board(results.model_copy(update=changes)))
    assert len(found) == 6
    assert say.other_tasks(3, ["a", "b", "c"]) in [finding.text for finding in found]


def test_the_comparison_with_tfidf_is_corrected():
    results = fake_results()
    differences = [
        d.model_copy(update={"clear": False, "tie": False}) if "tfidf" in (d.model, d.against) else d
        for d in results.differences
    ]
    board = Board(results.model_copy(update={"differences": differences}))
    better, worse, same = against_tfidf(board)
    assert (better, worse) == (0, 0)  # whatever the intervals alone say
    assert say.language_model_needed(0, 0, same) in [one.text for one in headlines(board)]
