import pytest

from wardspace.core.wording import duration


@pytest.mark.parametrize(
    ("seconds", "said"), [(4.21, "4.2 s"), (59.7, "1 min 00 s"), (412, "6 min 52 s"), (7325, "2 h 02 min")]
)
def test_times_as_a_reader_says_them(seconds, said):
    assert duration(seconds) == said
