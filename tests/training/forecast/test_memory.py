from __future__ import annotations

import psutil
import pytest
import torch

from wardspace.training.forecast.memory import MARGIN, MemoryNeed, PeakMemory, available, limits

MIB = 2**20


def test_the_line_through_two_passes():
    need = MemoryNeed.of([1000, 4000], [500 * MIB, 800 * MIB])
    assert need.fixed == pytest.approx(400 * MIB)
    assert need.bytes(2000) == pytest.approx(600 * MIB)
    # 4 GiB less a fifth, less the fixed part, at 0.1 MiB a token: 28,768 tokens, rounded down to a multiple of 1,024
    assert need.largest_pass(4096 * MIB) == 28 * 1024
    assert need.bytes(need.largest_pass(4096 * MIB)) <= 4096 * MIB * (1 - MARGIN)


def test_nothing_fits():
    assert MemoryNeed(fixed=400 * MIB, per_token=MIB).largest_pass(300 * MIB) == 0


@pytest.mark.parametrize(("sizes", "peaks"), [([10, 10], [5, 6]), ([10, 40], [6, 6]), ([10, 40], [7, 6])])
def test_no_line_where_nothing_rises(sizes, peaks):
    assert MemoryNeed.of(sizes, peaks) is None


def test_the_peak_is_seen_although_it_is_over():
    cpu = torch.device("cpu")
    with PeakMemory(cpu) as before:
        pass
    with PeakMemory(cpu) as peak:
        for _ in range(20):
            torch.ones(16 * MIB)
    assert peak.bytes - before.bytes > 40 * MIB
    with PeakMemory(cpu) as after:
        pass
    assert after.bytes < peak.bytes - 40 * MIB


def test_what_there_is_counts_what_is_held():
    there = available(torch.device("cpu"))
    assert psutil.Process().memory_info().rss < there <= psutil.virtual_memory().total


def test_limits_of_both_versions(tmp_path):
    own = tmp_path / "own"
    own.write_text("0::/jobs/mine\n")
    inner = tmp_path / "jobs" / "mine"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text("5000\n")
    assert limits(tmp_path, own) == [5000]
    own.write_text("4:memory:/docker/abc\n2:cpu,cpuacct:/\n")
    older = tmp_path / "memory"
    older.mkdir()
    (older / "memory.limit_in_bytes").write_text("7000\n")
    assert limits(tmp_path, own) == [7000]
    assert limits(tmp_path / "none", tmp_path / "none") == []
