import pytest

from wardspace.corpus.values.time_forms import TimeForm, TimesSeen


def seen(*texts):
    found = TimesSeen()
    for text in texts:
        found.see(text)
    return found


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2024-01-05", "2024-01-05 10:00"], TimeForm()),
        (["1/2/2024", "13/2/2024"], TimeForm(day_first=True)),
        (["1/2/2024 10:00", "2/13/2024 10:00"], TimeForm(day_first=False)),
        (["1.2.2024"], TimeForm(day_first=True)),
        (["20240105", "20241231"], TimeForm(compact=True)),
        (["20240105", "2024-01-05"], TimeForm(compact=True)),
        (["20240105", "17"], TimeForm()),
        (["1704067200", "1704067201"], TimeForm()),
        (["12345678901234"], TimeForm()),
    ],
)
def test_a_column_tells_its_form(texts, form):
    found = seen(*texts)
    assert (found.form(), found.is_open, found.is_torn) == (form, False, False)


def test_an_order_that_nothing_tells_is_open_and_may_be_told_from_outside():
    found = seen("1/2/2024", "3/4/2024")
    assert found.is_open
    assert found.form() == TimeForm()
    assert found.form(day_first=True) == TimeForm(day_first=True)
    assert found.shape == "9/9/9999"


def test_contradictions_are_read_neither_way():
    found = seen("13/2/2024", "2/13/2024", "1/2/2024")
    assert found.is_torn
    assert found.form(day_first=True) == TimeForm()


def test_one_slip_in_many_does_not_tear_a_column():
    assert seen(*["13/2/2024"] * 99, "2/13/2024").form() == TimeForm(day_first=True)


def test_years_of_two_digits_in_front_are_seen():
    assert seen(*(f"23-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 29))).is_torn
    assert not seen(*(f"{day:02d}-{month:02d}-23" for month in (1, 2) for day in range(1, 29))).is_torn
