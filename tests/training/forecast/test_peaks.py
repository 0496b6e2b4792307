import pytest

from wardspace.training.forecast.energy import peak_of


@pytest.mark.parametrize(
    ("name", "tera"),
    [
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H200", 989),
        ("NVIDIA A100-SXM4-80GB", 312),
        ("NVIDIA A10", 125),
        ("NVIDIA A10G", 70),
        ("NVIDIA L4", 121),
        ("NVIDIA L40S", 362),
        ("Tesla T4", 65),
        ("Tesla V100-SXM2-16GB", 125),
        ("Tesla V100-PCIE-16GB", 112),
        ("NVIDIA GeForce RTX 4090", 165),
    ],
)
def test_peaks_by_the_name_that_torch_gives(name, tera):
    assert peak_of(name) == tera * 1e12


@pytest.mark.parametrize("name", ["", "NVIDIA GeForce GTX 1080", "NVIDIA A1000", "NVIDIA T400 4GB"])
def test_unknown_ones_have_none(name):
    assert peak_of(name) is None
