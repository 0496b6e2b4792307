import numpy as np
import pytest


@pytest.fixture(scope="session")
def cloud():
    """Three loose classes of unlike size in 12 dimensions, with their codes."""
    draw = np.random.default_rng(3)
    codes = np.repeat([0, 1, 2], [17, 29, 11])
    centres = draw.normal(size=(3, 12))
    vectors = centres[codes] + 1.2 * draw.normal(size=(len(codes), 12))
    order = draw.permutation(len(codes))
    return vectors[order], codes[order]
