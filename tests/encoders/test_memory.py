from __future__ import annotations

import platform
import resource

import pytest
import torch

from wardspace.encoders.memory import kept_memory

CPU = torch.device("cpu")


def faults_of_a_tensor() -> int:
    """Pages that the system has to give for a tensor of 64 MiB that is filled and freed."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(1 << 24)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory as it likes")
def test_memory_is_kept_inside_and_handed_back_afterwards():
    with kept_memory(CPU):
        faults_of_a_tensor()
        kept = faults_of_a_tensor()
    assert kept < faults_of_a_tensor() / 10
    assert faults_of_a_tensor() > 10 * kept


def test_an_error_inside_passes_through():
    with pytest.raises(RuntimeError, match="stop"), kept_memory(CPU):
        raise RuntimeError("stop")
