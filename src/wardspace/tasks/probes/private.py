"""Probes whose training reveals little about any one patient: DP-SGD on frozen vectors (extra `dp`).

Abadi et al. (2016), Deep learning with differential privacy, CCS: each patient's gradient is clipped and noise is added
to their sum, by Opacus (Yousefpour et al. 2021). Nothing else may depend on the training notes: vectors are brought to
length one instead of being scaled by them, classes are not weighted by their frequency, and no moment of training is
chosen on validation.
"""

from __future__ import annotations

import importlib.util
import secrets
import warnings
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import DataLoader, Dataset

from wardspace.config import DpConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.seeds import derive
from wardspace.objectives.heads import TwoLayerHead
from wardspace.tasks.probes.validation import Truth

_LEARNING_RATE = {"private_logistic": 2e-2, "private_head": 2e-3}
"""Of Adam. The same for every task: to choose it on these notes would cost privacy too."""


class Spent(NamedTuple):
    """What training a probe revealed at most."""

    epsilon: float
    delta: float
    noise: float
    """Standard deviation of the noise in multiples of the clipping norm."""
    units: int
    """Patients (or notes) that could be drawn."""
    steps: int
    """Updates."""


class PrivateProbe:
    """A fitted probe."""

    def __init__(self, module: nn.Module, *, several: bool) -> None:
        self._module, self._several = module.eval(), several

    @torch.no_grad()
    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability of each class [n, classes] of vectors as `unit_length` gives them."""
        logits = self._module(torch.from_numpy(vectors))
        return np.asarray((torch.sigmoid(logits) if self._several else torch.softmax(logits, dim=1)).numpy())


def fit_private(
    vectors: NDArray[np.float32],
    truth: Truth,
    owners: NDArray[np.object_],
    classes: int,
    *,
    kind: str,
    dp: DpConfig,
    seed: int,
) -> tuple[PrivateProbe, Spent]:
    """Train a probe under (ε, δ)-differential privacy of patients or of notes.

    Parameters
    ----------
    vectors : float32 [n, d]
        Training notes, of length one.
    truth : int32 [n] or bool [n, classes]
        Their classes, or which labels they have.
    owners : object [n]
        Their patients.
    classes : int
        Number of classes; taken for known to everybody, and so is the number of patients.
    kind : str
        `private_logistic` (one linear layer) or `private_head` (the two-layer head).
    dp : DpConfig
        The guarantee and the length of training.
    seed : int
        Seed of starting weights and dropout. Whom a step draws and its noise come from the machine's own secret
        randomness: noise that anybody could draw again would protect nobody.

    Returns
    -------
    (PrivateProbe, Spent)

    Raises
    ------
    WardspaceError
        If Opacus is not installed, there are too few patients for any training, or δ is so large for their number
        that one of them could be told outright.

    Notes
    -----
    With patients as units, each step draws patients and of each one of his notes at random, so that a patient with
    many notes has no more say, and the guarantee covers all of them together.
    """
    _check_installed()
    units = _Units(vectors, truth, owners if dp.unit == "patient" else np.arange(len(truth)))
    _check_hidden(len(units), dp)
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Opacus warns about hooks of torch and of its own secure mode on each start
        torch.manual_seed(derive("private probe", seed))
        return _train(_module(kind, vectors.shape[1], classes), units, kind, dp)


def _check_hidden(units: int, dp: DpConfig) -> None:
    if units < 2:
        raise WardspaceError(
            f"{units} training {dp.unit} cannot hide among others", where="tasks.N.dp", fix="leave the probe out"
        )
    if dp.delta is not None and dp.delta >= 1 / units:
        raise WardspaceError(
            f"a delta of {dp.delta:g} lets one {dp.unit} of {units} be told outright",
            where="tasks.N.dp.delta",
            fix=f"choose one well below {1 / units:.1e}, or null for {0.1 / units:.1e}",
        )


def _train(module: nn.Module, units: _Units, kind: str, dp: DpConfig) -> tuple[PrivateProbe, Spent]:
    from opacus import PrivacyEngine  # noqa: PLC0415 - optional, and slow to import

    several = units.targets.ndim == 2
    loss_of = nn.functional.binary_cross_entropy_with_logits if several else nn.functional.cross_entropy
    secret = torch.Generator().manual_seed(secrets.randbits(63))
    engine = PrivacyEngine(accountant="prv")
    delta = dp.delta if dp.delta is not None else 0.1 / len(units)
    private, optimiser, loader = engine.make_private_with_epsilon(
        module=module.train(),
        optimizer=torch.optim.Adam(module.parameters(), lr=_LEARNING_RATE[kind]),
        data_loader=DataLoader(units, batch_size=min(dp.batch, len(units)), generator=secret),
        target_epsilon=dp.epsilon,
        target_delta=delta,
        epochs=dp.epochs,
        max_grad_norm=dp.clip,
        noise_generator=secret,
    )
    steps = 0
    for _ in range(dp.epochs):
        for inputs, targets in loader:
            optimiser.zero_grad()
            if len(targets):
                loss = loss_of(private(inputs), targets)
                loss.backward()  # type: ignore[no-untyped-call]
            else:  # a step that drew nobody adds its noise all the same, or its silence would tell
                _no_gradients(private)
            optimiser.step()
            steps += 1
    spent = Spent(float(engine.get_epsilon(delta)), delta, float(optimiser.noise_multiplier), len(units), steps)
    return PrivateProbe(private.to_standard_module(), several=several), spent


def _no_gradients(module: nn.Module) -> None:
    for weights in module.parameters():
        weights.grad_sample = torch.zeros((0, *weights.shape))  # type: ignore[attr-defined]


def _module(kind: str, dimension: int, classes: int) -> nn.Module:
    gain = dimension**0.5
    if kind == "private_head":
        return TwoLayerHead(np.zeros(dimension, np.float32), 1.0, classes)
    linear = nn.Linear(dimension, classes)
    with torch.no_grad():  # every class as likely as another, as in logistic regression
        linear.weight.zero_()
        linear.bias.zero_()
    return nn.Sequential(_Gain(gain), linear)


class _Gain(nn.Module):
    """Multiplies its input: entries of about one."""

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.gain = gain

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        return vectors * self.gain


class _Units(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Patients (or notes) that a step may draw; to ask for a patient gives one of his notes at random."""

    def __init__(self, vectors: NDArray[np.float32], truth: Truth, owners: NDArray[np.generic]) -> None:
        told = torch.from_numpy(truth)
        self._vectors, self.targets = torch.from_numpy(vectors), told.float() if truth.ndim == 2 else told.long()
        _, places = np.unique(owners, return_inverse=True)
        order = np.argsort(places, kind="stable")
        self._notes = np.split(order, np.flatnonzero(np.diff(places[order])) + 1)

    def __len__(self) -> int:
        return len(self._notes)

    def __getitem__(self, unit: int) -> tuple[torch.Tensor, torch.Tensor]:
        notes = self._notes[unit]
        note = int(notes[secrets.randbelow(len(notes))])
        return self._vectors[note], self.targets[note]


def _check_installed() -> None:
    if importlib.util.find_spec("opacus") is None:
        raise WardspaceError(
            "private probes need the package opacus", where="tasks.N.probes", fix="pip install 'wardspace[dp]'"
        )
