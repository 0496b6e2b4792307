import json
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.corpus.readers.parquet import rows_of_batch
from wardspace.corpus.values.canonical import Keys, canonical, is_pointed, is_rounded

EXACT = st.integers(-(2**53), 2**53)
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)


def of_parquet(value, type_):
    batch = pa.record_batch([pa.array([value], type_)], ["x"])
    return next(rows_of_batch(batch, ("x",), [1])).values[0]


@given(EXACT)
def test_a_whole_number_has_one_spelling_whatever_wrote_it(number):
    spellings = [number, float(number), str(number), f"{number}.0", f"{number}.000", Decimal(f"{number}.0000000000")]
    spellings += [json.loads(json.dumps(float(number))), str(float(number)), of_parquet(number, pa.int64())]
    spellings += [of_parquet(float(number), pa.float64()), of_parquet(Decimal(number), pa.decimal128(38, 10))]
    assert {canonical(spelled) for spelled in spellings} == {str(number)}
    assert {Keys(MissingConfig()).key(spelled) for spelled in spellings} == {str(number)}


@given(VALUES, st.booleans())
def test_a_canonical_value_stays_as_it_is(value, pointed):
    once = canonical(value, pointed=pointed)
    assert once is None or canonical(once, pointed=pointed) == once


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value_and_has_no_exponent(number):
    assert float(canonical(number)) == number
    assert "e" not in canonical(number)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_single_precision_keeps_its_value(number):
    found = of_parquet(number, pa.float32())
    assert np.float32(found) == np.float32(number)
    assert "e" not in found


@given(st.from_regex(r"[0-9]{1,25}", fullmatch=True), st.from_regex(r"[0-9]{1,25}", fullmatch=True))
def test_digits_are_never_taken_for_others(one, other):
    assert (canonical(one) == canonical(other)) == (one == other)
    assert (canonical(f"{one}.0") == canonical(f"{other}.0")) == (one == other)


@pytest.mark.parametrize(
    "text",
    [
        "007",
        "007.0",
        "1e5",
        "1E5",
        "1e+5",
        "+5",
        "1.50",
        "0x10",
        "1.2.840.0",
        "1_0",
        "1,0",
        "1.",
        "12345678901234567890",
    ],
)
def test_text_that_looks_like_a_number_keeps_what_distinguishes_it(text):
    assert canonical(f" {text} ") == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.0000000000002002e+16", "10000000000002002"),
        ("1.23457E+10", "12345700000"),
        (1e10, "10000000000"),
        (1e-5, "0.00001"),
        ("-0.0", "0"),
        (-0.0, "0"),
        ([1.0, {"a": 2.0}], '[1, {"a": 2}]'),
        ("Ju\u0308rgen", "J\u00fcrgen"),
        (Decimal("0E-10"), "0"),
    ],
)
def test_spellings(value, expected):
    assert canonical(value) == expected


def test_zeros_behind_a_point_that_means_something():
    assert canonical("428.0", pointed=True) == "428.0"
    assert [
        is_pointed(text) for text in ("428.9", "V30.01", "1.2.840", "1001.0", "007.0", "Dr. A", "1.5e+10", "12")
    ] == ([True] * 3 + [False] * 5)
    rounded = {
        "1.23457E+10": True,
        "1e+10": True,
        "1.0000000000002e+16": False,
        "1.2345678901e+10": False,
        "1.5": False,
    }
    assert {text: is_rounded(text) for text in rounded} == rounded
