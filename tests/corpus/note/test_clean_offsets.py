from wardspace.corpus.note.clean import Edit, Offsets, trimmed_edit


def test_trimmed_edit_leaves_what_stays():
    assert trimmed_edit(10, "abXcd", "abYYcd") == Edit(12, 13, 2)
    assert trimmed_edit(0, "aa", "a") == Edit(1, 2, 0)


def test_spans_snap_to_what_took_the_place_of_their_part():
    offsets = Offsets([[Edit(2, 6, 1)]])  # "ab" + "cdef" -> "X" + "gh"
    assert offsets.span(0, 2) == (0, 2)
    assert offsets.span(6, 8) == (3, 5)
    assert offsets.span(4, 8) == (2, 5)
    assert offsets.span(0, 4) == (0, 3)
    assert offsets.span(3, 5) == (2, 3)


def test_several_passes_are_applied_one_after_the_other():
    offsets = Offsets([[Edit(0, 2, 0), Edit(5, 6, 3)], [], [Edit(0, 1, 2)]])
    assert offsets.span(2, 7) == (0, 8)
    assert Offsets().span(3, 4) == (3, 4)


def test_a_deleted_span_is_none():
    assert Offsets([[Edit(2, 6, 0)]]).span(3, 6) is None
