import re

from tests.fixtures.results import fake_results
from tests.report.build import small_results
from wardspace.report.findings.guidance import guidance, words_findings
from wardspace.report.page import page
from wardspace.report.score_table import Board
from wardspace.results.results import Difference


def test_every_number_of_labels_gets_its_advice(board):
    specialty = guidance(board)[0]
    starts = [finding.text.split(":")[0] for finding in specialty.use]
    assert starts == [
        "With 8 labels per class, logistic regression",
        "With 16 labels per class, logistic regression",
        "With 32 labels per class, logistic regression",
        "With all labels, logistic regression",
        "With all labels, two-layer head",
        "Fine-tuned with all labels",
    ]
    assert all(
        re.search(r"use .+\. \d\d\.\d on test \(\d\d\.\d to \d\d\.\d\)\. ", finding.text) for finding in specialty.use
    )


def test_what_training_bought_is_told_with_its_interval(board):
    declutr = next(f for f in guidance(board)[0].cost if f.text.startswith("declutr,"))
    assert declutr.text.startswith("declutr, 6 min 52 s of training: a gain with 8 labels per class (+")
    assert "no gain shown with all labels" in declutr.text
    harmful = next(f for f in guidance(board)[0].cost if f.text.startswith("declutr-contrast,"))
    assert harmful.tone == "harm"


def test_a_gain_that_does_not_hold_after_correction_is_told_as_one():
    results = small_results({"mlm": [(0.021, 0.008, 0.033, "alone")]})
    (cost,) = guidance(Board(results))[0].cost
    assert cost.tone == "tie"
    assert "a gain (not after correction) with 8 labels per class (+2.1 points" in cost.text


def test_what_was_not_compared_is_not_called_better():
    results = fake_results()
    found = guidance(Board(results.model_copy(update={"differences": []})))
    said = [finding.text for task in found for finding in task.use]
    assert said
    assert all("test was not compared in pairs" in text for text in said)


def test_words_above_every_model_is_said():
    gaps = {"tfidf": [(0.1, 0.05, 0.15)], "mlm": [(0.02, 0.01, 0.03)]}
    results = small_results(gaps)
    assert words_findings(Board(results), "t", "macro_f1") == []  # mlm was never compared with words
    pair = Difference(
        model="mlm", against="tfidf", task="t", setting="logistic", shots=8, metric="macro_f1",
        value=-0.08, low=-0.12, high=-0.04, tie=False, clear=True,
    )  # fmt: skip
    board = Board(results.model_copy(update={"differences": [*results.differences, pair]}))
    (finding,) = words_findings(board, "t", "macro_f1")
    assert (
        "above every language model, also after correction, with 8 labels per class (logistic regression);"
        in finding.text
    )
    assert "the nearest with 8 labels per class is mlm, 8.0 points below (4.0 to 12.0)" in finding.text


def test_every_piece_of_evidence_is_on_the_page(html):
    targets = set(re.findall(r'class="evidence" href="#([^"]+)"', html))
    assert len(targets) > 20
    assert targets <= set(re.findall(r' id="([^"]+)"', html))


def test_ids_of_the_page_are_single(html):
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_made_up_notes_advise_nothing(html, study):
    assert "shows what guidance looks like and advises nothing" in html
    real = page(fake_results(synthetic=False), {}, study.report, study)
    assert "advises nothing" not in real
