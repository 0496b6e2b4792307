from wardspace.tasks.assertions.scopes import bounds, scopes


def cut(text):
    starts = scopes(text)
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def test_a_scope_ends_with_its_sentence_and_at_a_heading():
    assert [one for one in cut("FH: gout.\nPMH: no chest\npain. Seen") if one] == [
        "FH:", "gout.", "PMH:", "no chest\npain.", "Seen",
    ]  # fmt: skip


def test_a_stretch_lies_within_its_scopes():
    text = "No fever. Has cough. Seen."
    starts = scopes(text)
    assert text[slice(*bounds(starts, len(text), 14, 19))].strip() == "Has cough."
    assert text[slice(*bounds(starts, len(text), 3, 19))].strip() == "No fever. Has cough."
    assert text[slice(*bounds(starts, len(text), 21, 25))].strip() == "Seen."
