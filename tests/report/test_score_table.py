from wardspace.report.score_table import Board, Place


def test_places_go_from_few_labels_to_fine_tuning(board):
    names = [place.name for place in board.places("specialty", "macro_f1")]
    assert names == [
        "8 labels per class, logistic regression",
        "16 labels per class, logistic regression",
        "32 labels per class, logistic regression",
        "all labels, logistic regression",
        "all labels, two-layer head",
        "all labels, fine-tuned",
    ]


def test_metrics_start_with_macro_f1(board):
    assert board.metrics("specialty") == ["macro_f1", "micro_f1", "accuracy", "balanced_accuracy", "auroc"]


def test_baselines_stand_first(board):
    assert board.models("specialty")[:3] == ["tfidf", "base", "mlm"]


def test_a_difference_can_be_asked_for_either_way_round(board):
    place = Place("logistic", 8)
    forth = board.difference("specialty", "mlm", place, "macro_f1", against="declutr")
    back = board.difference("specialty", "declutr", place, "macro_f1", against="mlm")
    assert (back.value, back.low, back.high) == (-forth.value, -forth.high, -forth.low)
    assert back.model == "declutr"
    assert back.tie == forth.tie
    assert board.difference("specialty", "mlm", place, "auroc") is None


def test_scores_of_single_seeds_and_of_validation_do_not_count(results):
    first = next(score for score in results.scores if score.seed is None)
    others = [
        first.model_copy(update={"seed": 1, "value": 0.99}),
        first.model_copy(update={"split": "validation", "value": 0.98}),
    ]
    board = Board(results.model_copy(update={"scores": [first, *others]}))
    found = board.highest(first.task, Place(first.setting, first.shots), first.metric)
    assert found == first


def test_fine_tuning_on_a_part_of_the_notes_is_called_that(results):
    board = Board(results.model_copy(update={"finetune_notes": {"specialty": 2000}}))
    *frozen, tuned = board.places("specialty", "macro_f1")
    assert (tuned.short, tuned.name) == ("2,000 notes", "2,000 labelled notes, fine-tuned")
    assert "2,000" not in " ".join(place.name for place in frozen)
    assert board.score("specialty", "base", tuned, "macro_f1") is not None
