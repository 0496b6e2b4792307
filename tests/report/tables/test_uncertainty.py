from tests.report.build import small_results
from wardspace.report.score_table import Board
from wardspace.report.tables.uncertainty import sources

GAP = (0.02, 0.01, 0.03)


def told_apart(**changes):
    results = small_results({"mlm": [GAP], "declutr": [GAP]})
    shared = {"runs": 4, "se_patients": 0.01, "sd_subsets": 0.04} | changes
    return Board(
        results.model_copy(
            update={
                "scores": [s.model_copy(update=shared) for s in results.scores],
                "differences": [d.model_copy(update=shared | {"se_patients": 0.03}) for d in results.differences],
            }
        )
    )


def test_runs_and_patients_stand_side_by_side_as_standard_errors():
    (row,) = sources(told_apart(), "t", "macro_f1")
    assert (row.place, row.runs) == ("8 labels per class, logistic regression", "4 subsets")
    assert (row.score_patients, row.score_runs) == ("1.0", "2.0")  # 4 / sqrt(4)
    assert (row.difference_patients, row.difference_runs, row.larger) == ("3.0", "2.0", "patients")


def test_the_larger_source_is_named():
    (row,) = sources(told_apart(sd_subsets=0.08), "t", "macro_f1")
    assert row.larger == "runs"


def test_one_run_says_nothing_of_others():
    (row,) = sources(told_apart(runs=1, sd_subsets=None), "t", "macro_f1")
    assert (row.runs, row.score_runs, row.difference_runs, row.larger) == ("1 subset", "–", "–", "–")


def test_results_that_tell_nothing_apart_have_no_table():
    assert sources(Board(small_results({"mlm": [GAP]})), "t", "macro_f1") == []
