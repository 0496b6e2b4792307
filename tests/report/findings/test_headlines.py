from tests.fixtures.results import fake_results
from tests.report.build import small_results
from wardspace.report.findings.headlines import headlines
from wardspace.report.score_table import Board

GAIN, TIE, HARM = (0.021, 0.008, 0.033), (0.004, -0.006, 0.013), (-0.05, -0.061, -0.036)


def first(**gaps):
    return headlines(Board(small_results(gaps)))[0]


def test_three_to_six_sentences(board):
    assert 3 <= len(headlines(board)) <= 6


def test_help_is_told_with_the_model_the_place_and_the_interval():
    found = first(mlm=[GAIN, TIE], declutr=[TIE, TIE])
    assert found.tone == "gain"
    assert found.text == (
        "t: adapting helped. mlm is above the base in 1 of 2 ways of using it, also after correction; most with 8 "
        "labels per class, logistic regression, by +2.1 points of macro F1 (+0.8 to +3.3)."
    )
    assert found.evidence == "score:t:macro_f1:mlm:logistic:8"


def test_no_help_is_said_plainly_and_harm_with_it():
    found = first(mlm=[TIE], declutr=[HARM])
    assert found.tone == "harm"
    assert found.text == (
        "t: adapting was not shown to help here. None of 2 adapted models was shown to be above the base, in 1 way of "
        "using it. declutr is worse than the base in at least one, also after correction."
    )
    assert first(mlm=[TIE]).tone == "tie"


def test_a_gain_that_does_not_hold_after_correction_is_not_passed_over():
    found = first(mlm=[(*GAIN, "alone"), TIE])
    assert found.tone == "tie"
    assert "but for 1 gap that cannot be told from chance after correction." in found.text


def test_what_is_not_corrected_has_a_hollow_sign(board):
    (tuned,) = [finding for finding in headlines(board) if finding.text.startswith("Fine-tuning")]
    assert tuned.sign == "△"
    assert "(not corrected for their number)" in tuned.text


def test_fine_tuning_on_fewer_labels_than_the_frozen_encoder_had_is_said_to_be_that():
    board = Board(fake_results().model_copy(update={"finetune_notes": {"specialty": 500}}))
    assert any(one.text.startswith("Fine-tuning on fewer labels was above the same model") for one in headlines(board))


def test_words_fine_tuning_and_cost_have_a_sentence_each(board):
    told = [finding.text for finding in headlines(board)]
    assert sum("counting words" in text for text in told) == 1
    assert any(text.startswith("Fine-tuning was above the same model frozen in 6 of 6 comparisons") for text in told)
    assert any(text.startswith("Adapting 6 models took 41 min 12 s in all") for text in told)


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
    assert any(finding.text.startswith("Of 3 other tasks, adapting helped in 3") for finding in found)


def test_counting_words_is_told_apart_after_correction():
    results = fake_results()
    level = [
        d.model_copy(update={"clear": False, "tie": False}) if "tfidf" in (d.model, d.against) else d
        for d in results.differences
    ]
    (found,) = (
        one.text
        for one in headlines(Board(results.model_copy(update={"differences": level})))
        if "counting words" in one.text
    )
    assert "after correction for the number of comparisons" in found
    assert "above in 0 of" in found  # whatever the intervals alone say
