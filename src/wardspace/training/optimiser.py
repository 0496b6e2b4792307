"""AdamW that decays weights, and nothing else."""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW

EPSILON = 1e-6
"""As in BERT and DeCLUTR."""


def adamw(model: nn.Module, learning_rate: float, weight_decay: float) -> AdamW:
    """AdamW over the parameters that may change.

    Matrices decay; biases, norms and a learned temperature (anything of fewer than two dimensions) do not.

    Parameters
    ----------
    model : nn.Module
        What is trained.
    learning_rate, weight_decay : float
        Highest learning rate; decay per unit of learning rate.

    References
    ----------
    Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization.
    """
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in learning if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in learning if p.dim() < 2], "weight_decay": 0.0},
    ]
    fused = all(parameter.device.type in ("cpu", "cuda") for parameter in learning)
    return AdamW([group for group in groups if group["params"]], lr=learning_rate, eps=EPSILON, fused=fused)


def updated_names(model: nn.Module, optimiser: AdamW) -> list[str]:
    """Names of the parameters that have received at least one update (a gradient reached them)."""
    moved = {id(parameter) for parameter in optimiser.state}
    return [name for name, parameter in model.named_parameters() if id(parameter) in moved]
