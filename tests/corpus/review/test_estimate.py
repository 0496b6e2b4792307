import pytest

from tests.corpus.review.made import DATE, MURPHY, OKONKWO, QUILLFEATHER, TEXT, answer, finding, judgement, said
from wardspace.corpus.review import estimated
from wardspace.corpus.review.estimate import ALL, estimate_lines

FOUND = [finding(QUILLFEATHER), finding(MURPHY)]


def judged(*spans, done=True):
    return judgement(TEXT, FOUND, answer(*spans, done=done))


RIGHT, FALSE = said("accepted", QUILLFEATHER, found=0), said("rejected", MURPHY, found=1)


def test_an_identifier_that_nobody_marked_is_a_leak():
    estimate = estimated([judged(RIGHT, FALSE, said("missed", DATE, "DATE")), judged(RIGHT, FALSE)], seed=0)
    assert (estimate.leaks.hits, estimate.leaks.total) == (1, 2)
    assert (estimate.recall[ALL].hits, estimate.recall[ALL].total) == (2, 3)
    assert (estimate.recall["DATE"].hits, estimate.recall["DATE"].total, estimate.recall["DATE"].notes) == (0, 1, 1)
    assert (estimate.precision["NAME"].hits, estimate.precision["NAME"].total) == (2, 4)


@pytest.mark.parametrize(
    ("place", "found"),
    [((4, 10), True), ((3, 17), True), ((4, 20), False), ((0, 16), False)],
    ids=["too much was hidden", "only blanks are left", "its end can be read", "its start can be read"],
)
def test_an_identifier_is_found_if_nothing_of_it_can_be_read(place, found):
    estimate = estimated([judged(said("corrected", place, found=0), FALSE)], seed=0)
    assert estimate.leaks.hits == (not found)
    assert estimate.recall["NAME"].hits == found
    assert estimate.precision["NAME"].hits == 1


def test_another_type_leaks_nothing():
    estimate = estimated([judged(said("corrected", QUILLFEATHER, "PLACE", 0), FALSE)], seed=0)
    assert estimate.leaks.hits == 0
    assert (estimate.recall["PLACE"].hits, estimate.precision["NAME"].hits, estimate.precision["NAME"].total) == (
        1,
        1,
        2,
    )
    assert "PLACE" not in estimate.precision


def test_notes_that_are_not_done_do_not_count():
    estimate = estimated([judged(RIGHT, FALSE, said("missed", OKONKWO), done=False)], seed=0)
    assert estimate.leaks.total == 0
    assert estimate_lines(estimate) == ["no note is done yet: nothing can be said of what leaks"]


def test_the_terminal_is_told_all():
    lines = estimate_lines(
        estimated([judged(RIGHT, FALSE, said("missed", DATE, "DATE")), judged(RIGHT, FALSE)], seed=0)
    )
    assert lines[0] == "1 of 2 notes with an identifier missed: 50.0% (1.3 to 98.7%), exact (Clopper-Pearson)"
    assert "bootstrap over notes" in lines[1]
    assert [line.split()[0] for line in lines[3:]] == ["all", "NAME", "DATE"]
    assert lines[-1].split()[1:] == ["0/1", "0.0%", "(0.0", "to", "97.5%)", "–"]
