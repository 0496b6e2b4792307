import torch

from wardspace.encoders.pooling import pool


def test_mean_leaves_padding_out():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 6.0], [100.0, 100.0]]])
    assert pool(hidden, torch.tensor([[1, 1, 0]]), "mean").tolist() == [[2.0, 4.0]]


def test_cls_takes_the_first_token():
    hidden = torch.tensor([[[1.0, 2.0], [3.0, 6.0]]])
    assert pool(hidden, torch.ones(1, 2), "cls").tolist() == [[1.0, 2.0]]


def test_low_precision_is_summed_in_float32():
    hidden = torch.full((1, 4096, 1), 1.001, dtype=torch.bfloat16)
    pooled = pool(hidden, torch.ones(1, 4096), "mean")
    assert pooled.dtype == torch.float32
    assert abs(pooled.item() - hidden[0, 0, 0].item()) < 1e-6
