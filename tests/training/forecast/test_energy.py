from __future__ import annotations

import pytest
import torch

from wardspace.training.forecast.energy import Counter, Gpu, Meter, counters

CPU = torch.device("cpu")


def domain(root, name, kind, microjoules, most=10_000_000):
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{kind}\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text(f"{most}\n")
    return folder / "energy_uj"


def test_packages_and_their_memory_count_and_nothing_twice(tmp_path):
    package = domain(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    domain(tmp_path, "intel-rapl:0:0", "core", 0)
    memory = domain(tmp_path, "intel-rapl:0:1", "dram", 500_000)
    domain(tmp_path, "intel-rapl:1", "psys", 0)
    meter = Meter(counters(CPU, tmp_path))
    meter.start()
    package.write_text("4000000")
    memory.write_text("700000")
    meter.tick()
    assert meter.joules == pytest.approx(3.2)
    assert meter.sources == ["processor (RAPL)"]


def test_a_counter_that_starts_again(tmp_path):
    file = domain(tmp_path, "intel-rapl:0", "package-0", 9_000_000)
    meter = Meter(counters(CPU, tmp_path))
    meter.start()
    for shown in (9_500_000, 500_000, 2_000_000, 1_000_000):  # twice round
        file.write_text(str(shown))
        meter.tick()
    assert meter.joules == pytest.approx(0.5 + 1.0 + 1.5 + 9.0)
    meter.start()
    meter.tick()
    assert meter.joules == 0


def test_a_counter_that_may_not_be_read_tells_nothing(tmp_path):
    file = domain(tmp_path, "intel-rapl:0", "package-0", 0)
    file.unlink()
    assert counters(CPU, tmp_path) == []
    assert counters(CPU, tmp_path / "none") == []
    meter = Meter([])
    meter.start()
    meter.tick()
    assert meter.joules is None


class Library:
    """NVML as far as it is asked."""

    def __init__(self, code=0):
        self.code = code
        self.millijoules = 0

    def nvmlInit_v2(self):
        return 0

    def nvmlDeviceGetHandleByUUID(self, uuid, handle):
        assert uuid == b"GPU-1"
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, handle, value):
        value._obj.value = self.millijoules
        return self.code


def test_a_gpu_tells_millijoules():
    library = Library()
    gpu: Counter = Gpu(library, "GPU-1")
    meter = Meter([gpu])
    library.millijoules = 2000
    meter.start()
    library.millijoules = 5500
    meter.tick()
    assert meter.joules == pytest.approx(3.5)


def test_a_gpu_without_a_counter():
    with pytest.raises(OSError, match="NVML"):
        Gpu(Library(code=3), "GPU-1").joules()
