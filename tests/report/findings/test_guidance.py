import re

from tests.fixtures.results import fake_results
from tests.report.build import Change, small_results
from wardspace.report.findings.guidance import guidance, tfidf_findings
from wardspace.report.page import page
from wardspace.report.score_table import Board, Place
from wardspace.report.wording import guidance as say
from wardspace.report.wording.comparisons import tfidf_beats_all
from wardspace.results import Difference


def test_every_number_of_labels_gets_its_advice(board):
    specialty = guidance(board)[0]
    starts = [finding.text.split(":")[0] for finding in specialty.use]
    assert starts == [
        "With 8 labels per class",
        "With 16 labels per class",
        "With 32 labels per class",
        "With all labels",
    ]
    assert all(re.search(r"\b\d\d\.\d \(\d\d\.\d to \d\d\.\d\)[.)] ?", finding.text) for finding in specialty.use)


def test_what_training_gained_has_its_interval(board):
    cost = {finding.text.split(" ")[0]: finding for finding in guidance(board)[0].cost}
    few, every = (board.difference("specialty", "declutr", Place("logistic", shots), "macro_f1") for shots in (8, None))
    gains = [
        say.gain(few, "with 8 labels per class", tie=False, significant=True),
        say.gain(every, "with all labels", tie=True, significant=False),
    ]
    assert cost["declutr"].text == say.gained("declutr", "6 min 52 s", gains)
    assert cost["declutr-contrast"].tone == "harm"


def test_a_gain_that_is_not_significant_is_named_as_that():
    results = small_results({"mlm": [(0.021, 0.008, 0.033, "alone")]})
    (cost,) = guidance(Board(results))[0].cost
    assert cost.tone == "tie"
    gain = say.gain(Change(0.021, 0.008, 0.033), "with 8 labels per class", tie=False, significant=False)
    assert gain in cost.text


def test_what_was_not_compared_is_not_called_better():
    results = fake_results()
    found = guidance(Board(results.model_copy(update={"differences": [], "across": []})))
    found = [finding.text for task in found for finding in task.use]
    assert found
    assert all(text.endswith((say.NOT_PAIRED, say.NOTHING_CHEAPER)) for text in found)


def test_tfidf_above_every_model_is_said():
    gaps = {"tfidf": [(0.1, 0.05, 0.15)], "mlm": [(0.02, 0.01, 0.03)]}
    results = small_results(gaps)
    assert tfidf_findings(Board(results), "t", "macro_f1") == []  # mlm was never compared with TF-IDF
    pair = Difference(
        model="mlm", against="tfidf", task="t", setting="logistic", shots=8, metric="macro_f1",
        value=-0.08, low=-0.12, high=-0.04, tie=False, clear=True,
    )  # fmt: skip
    board = Board(results.model_copy(update={"differences": [*results.differences, pair]}))
    (finding,) = tfidf_findings(board, "t", "macro_f1")
    where = "8 labels per class (logistic regression)"
    nearest = Change(0.08, 0.04, 0.12)
    assert finding.text == tfidf_beats_all(where, "mlm", nearest, "With 8 labels per class")


def test_every_piece_of_evidence_is_on_the_page(html):
    targets = set(re.findall(r'class="evidence" href="#([^"]+)"', html))
    assert len(targets) > 20
    assert targets <= set(re.findall(r' id="([^"]+)"', html))


def test_ids_of_the_page_are_single(html):
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_synthetic_notes_give_no_advice(html, study):
    real = page(fake_results(synthetic=False), {}, study.report, study)
    for made, synthetic in ((html, True), (real, False)):
        section = re.search(r'<section id="guidance".*?</section>', made, re.DOTALL)[0]
        assert ("synthetic" in section) is synthetic
