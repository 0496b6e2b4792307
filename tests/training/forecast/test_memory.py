from __future__ import annotations

import time
from types import SimpleNamespace

import psutil
import pytest
import torch

from wardspace.core.errors import WardspaceError
from wardspace.training.forecast import memory as module
from wardspace.training.forecast.memory import MARGIN, PeakMemory, available, limits

MIB = 2**20


@pytest.fixture
def check(monkeypatch):
    """The check of a pass of 4,096 tokens of which a quarter was read; gradients are of four bytes each."""

    def checked(before, now, gradients, there):
        monkeypatch.setattr(module, "available", lambda device: there)
        memory = PeakMemory(torch.device("cpu"))
        monkeypatch.setattr(PeakMemory, "bytes", now)
        memory.before = before
        learning = torch.nn.Linear(gradients // 4, 1, bias=False)
        frozen = torch.nn.Linear(1000, 1).requires_grad_(False)
        memory.check_fits(SimpleNamespace(what="mlm", pass_tokens=4096, objectives=[learning, frozen]))

    return checked


def test_a_pass_that_fits(check):
    # 100 in any case, weights of 12 with gradients of 12 and twice that of Adam, and 4 × 200 to read
    check(100, 312, 12, 936)
    with pytest.raises(WardspaceError):
        check(100, 312, 12, 935)


def test_the_advice_leaves_a_fifth_free(check):
    there = 2000
    with pytest.raises(WardspaceError) as fault:
        check(100, 1112, 12, there)
    tokens = int(fault.value.fix.split("=")[1])
    assert 100 + 36 + 4000 * (tokens + 16) / 4096 > there * (1 - MARGIN) >= 100 + 36 + 4000 * tokens / 4096


def test_no_advice_where_the_weights_alone_are_too_large(check):
    with pytest.raises(WardspaceError) as fault:
        check(100, 1112, 12, 90)
    assert "pass_tokens" not in fault.value.fix


def test_the_peak_is_seen_although_it_is_over():
    cpu = torch.device("cpu")
    with PeakMemory(cpu) as before:
        pass
    with PeakMemory(cpu) as peak:
        held = torch.ones(16 * MIB)
        time.sleep(0.3)  # on a busy machine the watching thread waits for its turn
        del held
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
