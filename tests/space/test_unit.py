import numpy as np
import pytest

from wardspace.core.errors import ModelError
from wardspace.space import unit_norm


def test_rows_have_length_one_and_zero_stays():
    units = unit_norm(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
    assert units.dtype == np.float64
    np.testing.assert_allclose(units, [[0.6, 0.8], [0, 0]])


def test_a_vector_that_is_not_finite_names_the_model():
    with pytest.raises(ModelError, match="1 of 2 embeddings") as caught:
        unit_norm(np.array([[1.0, np.nan], [1.0, 0.0]]), model="mlm")
    assert caught.value.where == "mlm"
