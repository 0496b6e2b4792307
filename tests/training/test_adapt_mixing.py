from __future__ import annotations

import torch

from wardspace.models import Encoder


def weights(folder):
    return Encoder.load(folder, device="cpu").model.state_dict()


def test_the_kept_encoder_lies_between_the_base_and_the_adapted(run, base, tmp_path):
    run(["mlm"], name="whole")
    run(["mlm"], name="part", mix=0.25)
    start, whole, part = weights(base), weights(tmp_path / "whole"), weights(tmp_path / "part")
    moved = 0
    for name, before in start.items():
        torch.testing.assert_close(part[name], 0.75 * before + 0.25 * whole[name], atol=1e-6, rtol=1e-5)
        moved += int(not torch.equal(before, whole[name]))
    assert moved > 10


def test_low_rank_additions_are_mixed_once_they_are_merged(run, base, tmp_path):
    run(["mlm"], name="whole", lora={"rank": 4})
    run(["mlm"], name="part", lora={"rank": 4}, mix=0.5)
    start, whole, part = weights(base), weights(tmp_path / "whole"), weights(tmp_path / "part")
    for name, before in start.items():
        torch.testing.assert_close(part[name], (before + whole[name]) / 2, atol=1e-6, rtol=1e-5)
    assert any(not torch.equal(start[name], part[name]) for name in start)
