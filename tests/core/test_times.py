from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.core.times import full_year, is_compact, is_iso, is_number, moment, order_of, read_time

TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)).map(lambda at: at.replace(microsecond=0))
ZONES = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
CLEAR = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d %H:%M:%S", "%d %b %Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S", "%d %B %Y, %I:%M:%S %p", "%B %d, %Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S", "%c",
    "%d/%b/%Y:%H:%M:%S", "%Y%m%dT%H%M%S",
)  # fmt: skip
ZONED = ("%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S %z", "%Y%m%d%H%M%S%z", "%a, %d %b %Y %H:%M:%S %z")


@given(TIMES, st.sampled_from(CLEAR))
def test_forms_that_leave_no_choice_are_read_as_strptime_reads_them(at, written):
    assert read_time(at.strftime(written)).at == datetime.strptime(at.strftime(written), written)


@given(TIMES, ZONES, st.sampled_from(ZONED))
def test_zones_count(at, zone, written):
    zoned = at.replace(tzinfo=zone)
    assert read_time(zoned.strftime(written)).at == zoned
    assert moment(zoned.strftime(written)) == zoned.timestamp()


@given(TIMES, st.sampled_from("/.-"), st.booleans(), st.sampled_from(("%Y", "%y")))
def test_days_and_months_in_numbers_wait_to_be_told(at, sign, day_first, year):
    at = at.replace(year=2000 + at.year % 60)
    order = ("%d", "%m") if day_first else ("%m", "%d")
    text = at.strftime(sign.join((*order, year)) + " %H:%M")
    assert read_time(text) is None
    assert moment(text) is None
    assert read_time(text, day_first=day_first).at == at.replace(second=0)
    told = "either" if at.day <= 12 and sign != "." else "day first" if day_first or at.day <= 12 else "month first"
    assert order_of(text) == told
    if at.day > 12:
        assert read_time(text, day_first=not day_first) is None


@given(TIMES, st.sampled_from(("%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S")))
def test_digits_alone_are_numbers_unless_said_otherwise(at, written):
    text = at.strftime(written)
    assert is_compact(text)
    assert read_time(text) is None
    assert moment(text) == float(text)
    assert read_time(text, compact=True).at == datetime.strptime(text, written)


def test_every_hour_of_hl7_with_an_offset():
    hours = [moment(f"20240101{hour:02d}3000+0000") for hour in range(24)]
    assert hours == [datetime(2024, 1, 1, hour, 30, tzinfo=UTC).timestamp() for hour in range(24)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-01-05 10:00:00 UTC", "2024-01-05T10:00:00+00:00"),
        ("2024-01-05 10:00:00.250 UTC", "2024-01-05T10:00:00.250000+00:00"),
        ("2024-01-05 10:00:00.0000000 +01:00", "2024-01-05T10:00:00+01:00"),
        ("2024-01-05T10:00:00+01:00[Europe/Berlin]", "2024-01-05T10:00:00+01:00"),
        ("20240105103000.123-0500", "2024-01-05T10:30:00.123000-05:00"),
        ("05-JAN-24 10.30.00.000000 AM", "2024-01-05T10:30:00"),
        ("Fri Jan  5 10:00:00 CET 2024", "2024-01-05T10:00:00+01:00"),
        ("5 Jan 2024 12:00 a.m.", "2024-01-05T00:00:00"),
        ("5. Januar 2024", "2024-01-05"),
        ("12. März 2024 um 14:30 Uhr", "2024-03-12T14:30:00"),
        ("5 août 2024 à 10h30", "2024-08-05T10:30:00"),
        ("5 de enero de 2024", "2024-01-05"),
        ("2024年1月5日 10:30", "2024-01-05T10:30:00"),
        ("2024年1月5日10时30分", "2024-01-05T10:30:00"),
        ("2024-01-05T24:00", "2024-01-06T00:00:00"),
        ("2024-05", "2024-05-01"),
    ],
)
def test_forms_of_exports(text, iso):
    assert read_time(text).iso == iso


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2024-13-01",
        "2024-02-30",
        "5 Jui 2024",
        "13:00",
        "5 Jan 2024 13:00 PM",
        "1_000",
        "2024-01-05 10:00 XYZ",
    ],
)
def test_what_is_no_time_is_not_read(text):
    assert read_time(text) is None
    assert read_time(text, day_first=True, compact=True) is None
    assert moment(text) is None


def test_moments_order_times_and_numbers():
    assert moment("2024-01-01") < moment("2024-01-01T00:01") < moment("2024-01-02 00:00:00.5")
    assert moment("2024-01-01T01:00+01:00") == moment("2024-01-01T00:00Z") == moment("2024-01-01")
    assert moment("9") < moment("10.5")
    assert [moment(value) for value in (None, "yesterday", "nan", "inf")] == [None] * 4


def test_numbers_and_iso():
    assert [is_number(text) for text in ("1e5", "-1.5", "2024", "1_0", "inf", "")] == [True] * 3 + [False] * 3
    assert [is_iso(text) for text in ("2024-01-05", "2024-01-05 10:00Z", "2024-01-05 10:00 UTC")] == [True, True, False]
    assert not is_compact("12345678") or read_time("12345678", compact=True)
    assert [full_year(year) for year in ("69", "68", "'05", "1985")] == [1969, 2068, 2005, 1985]
