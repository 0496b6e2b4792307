import pytest

from wardspace.corpus.split.times import Zones


def warning(*times):
    zones = Zones()
    for time in times:
        zones.see(time)
    return zones.warning()


@pytest.mark.parametrize(
    "times",
    [
        ("2024-05-01", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00Z", "2024-05-01 10:00:00.000+0000", "2024-05-01T10:00+00:00", "2024-05-01 10:00:00 UTC"),
        ("2024-05-01 10:00:00", "2024-05-01 10:00", "10:00"),
        ("01-05-2024", "2024-05-01"),
    ],
)
def test_one_zone_is_nothing_to_tell(times):
    assert warning(*times) is None


def test_a_mixture_is_told_with_counts():
    times = ["2024-05-01T10:00:00+02:00"] * 2 + ["2024-05-01T10:00:00", "2024-05-01T10:00:00Z", "2024-05-01T10:00-05"]
    assert warning(*times) == (
        "times in several time zones are left as they are: +02:00 (2), none (1), +00:00 (1), -05:00 (1)"
    )


def test_a_long_list_is_cut():
    assert warning(*(f"2024-05-01T10:00:00+0{i}:00" for i in range(7))).endswith(", …")
