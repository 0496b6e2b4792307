import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardspace.core.seeds import derive, generator, unit

keys = st.lists(st.one_of(st.integers(), st.text()), min_size=1, max_size=4)


@given(keys)
def test_a_draw_is_a_function_of_its_keys(given_keys):
    assert derive(*given_keys) == derive(*given_keys)
    assert 0 <= unit(*given_keys) < 1


def test_keys_do_not_run_together():
    assert derive("ab", "c") != derive("a", "bc")


def test_units_are_uniform():
    values = np.array([unit(7, "x", i) for i in range(20_000)])
    counts, _ = np.histogram(values, bins=10, range=(0, 1))
    chi_square = ((counts - 2000.0) ** 2 / 2000.0).sum()
    assert chi_square < 27.9  # 99.9% point of chi-square with 9 degrees of freedom


def test_another_process_draws_the_same():
    code = "from wardspace.core.seeds import derive; print(derive(1, 'note'))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(out) == derive(1, "note")


def test_generators_differ_by_key():
    assert generator(1, "a").integers(1 << 40) != generator(1, "b").integers(1 << 40)
