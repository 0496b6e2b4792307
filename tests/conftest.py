"""Settings of every test: one thread, so that sums come out the same here and in subprocesses."""

import os
import sys
import warnings

import pytest

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"


@pytest.fixture(autouse=True)
def one_thread(request):
    """Name a test that leaves torch with other threads: sums of the tests after it would differ in the last bit."""
    yield
    torch = sys.modules.get("torch")
    left = torch.get_num_threads() if torch else 1
    if left != 1:
        torch.set_num_threads(1)
        warnings.warn(f"{request.node.nodeid} left torch with {left} threads", stacklevel=1)
