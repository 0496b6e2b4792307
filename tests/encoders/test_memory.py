from __future__ import annotations

import json
import platform
import subprocess
import sys
import textwrap

import pytest
import torch

from wardspace.encoders.memory import kept_memory

CPU = torch.device("cpu")


MEASURED = """
    import json, resource, torch
    from wardspace.encoders.memory import kept_memory

    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        torch.ones(1 << 24)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    with kept_memory(torch.device("cpu")):
        inside = [faults() for _ in range(6)]
    print(json.dumps([inside, [faults() for _ in range(3)]]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory as it likes")
def test_memory_is_kept_inside_and_handed_back_afterwards():
    """Pages that the system has to give for a tensor of 64 MiB that is filled and freed, again and again."""
    # in a process of its own: other threads than the main one have memory of their own
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(MEASURED)], capture_output=True, text=True, check=True)
    inside, afterwards = json.loads(done.stdout)
    assert sorted(inside)[2] < min(afterwards) / 10
    assert min(afterwards) > 1000


def test_an_error_inside_passes_through():
    with pytest.raises(RuntimeError, match="stop"), kept_memory(CPU):
        raise RuntimeError("stop")
