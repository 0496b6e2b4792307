"""Fine-tuning of one encoder with one seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import get_linear_schedule_with_warmup

from wardspace.config import FinetuneConfig
from wardspace.core.progress import Advance
from wardspace.core.seeds import derive
from wardspace.models import Encoder, hardware
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.models.memory import kept_memory
from wardspace.models.tokens import affixes, token_ids
from wardspace.models.windows import padded
from wardspace.tasks.documents.finetune_batches import drawn_window, length_batches
from wardspace.tasks.probes.head import TwoLayerHead, fit_head, head_probabilities
from wardspace.tasks.probes.validation import class_weights, macro_f1

_WARMUP = 0.1
_CLIP = 1.0


@dataclass(frozen=True)
class Notes:
    """Notes of a split: names, texts and classes."""

    names: Sequence[str]
    texts: Sequence[str]
    codes: NDArray[np.int32]

    def __len__(self) -> int:
        """How many."""
        return len(self.names)


class Tuner:
    """Encoder and two-layer head that learn together; each seed starts from the encoder's own weights.

    The head is first trained on the frozen vectors, and only then do both move: a new head would spend the few
    hundred small steps of fine-tuning on finding its feet, and pull the encoder out of shape on the way (Kumar et
    al., Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution, ICLR 2022).

    Nothing is cut: in training a note longer than the encoder's window is read through one of its windows, another
    in each epoch; in prediction all its windows are pooled, as `Encoder.encode` does.

    Parameters
    ----------
    encoder : Encoder
        The encoder to start from; its vectors are not normalised.
    options : FinetuneConfig
        Epochs, learning rate, batch.
    train, validation : Notes
        What it learns from, and what chooses the epoch.
    classes : int
        Number of classes.
    """

    def __init__(
        self, encoder: Encoder, options: FinetuneConfig, train: Notes, validation: Notes, classes: int
    ) -> None:
        self.encoder = encoder
        self.options = options
        self.train = train
        self.validation = validation
        self.classes = classes
        self._start = _copied(encoder.model)
        self._vectors = encoder.encode(train.texts, show_progress=False)
        self._validation_vectors = encoder.encode(validation.texts, show_progress=False)
        self._ids = token_ids(encoder.tokenizer, train.texts)
        self._affixes = affixes(encoder.tokenizer)
        self._targets = torch.from_numpy(train.codes).long().to(encoder.device)

    def fit(self, seed: int, advance: Advance) -> TwoLayerHead:
        """Fine-tune with one seed and leave the encoder with the weights of the epoch best on validation.

        Returns
        -------
        TwoLayerHead
            The head of that epoch.
        """
        model = self.encoder.model
        model.load_state_dict(self._start)
        learner = self._learner(seed)
        best_score, best = -1.0, (self._start, _copied(learner.head))
        with torch.random.fork_rng(), fast_cpu_training(model), kept_memory(self.encoder.device):
            torch.manual_seed(derive("finetune", seed))
            for epoch in range(self.options.epochs):
                self._epoch(learner, seed, epoch, advance)
                score = macro_f1(self.validation.codes, self.probabilities(learner.head, self.validation.texts))
                if score > best_score:
                    best_score, best = score, (_copied(model), _copied(learner.head))
        model.load_state_dict(best[0])
        learner.head.load_state_dict(best[1])
        return learner.head

    def probabilities(self, head: TwoLayerHead, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probability of each class [n, classes], from all windows of each note."""
        return head_probabilities(head, self.encoder.encode(texts, show_progress=False))

    def _learner(self, seed: int) -> _Learner:
        """A head trained on the frozen vectors, and what moves it together with the encoder from there."""
        where, options = self.encoder.device, self.options
        head, balance = fit_head(
            self._vectors,
            self.train.codes,
            self._validation_vectors,
            self.validation.codes,
            self.classes,
            seed=seed,
        )
        head.to(where)
        modules = [self.encoder.model, head]
        optimiser = torch.optim.AdamW(_decayed(modules, options.weight_decay), lr=options.learning_rate)
        steps = options.epochs * math.ceil(len(self.train) / options.batch_notes)
        schedule = get_linear_schedule_with_warmup(  # type: ignore[no-untyped-call]
            optimiser, math.ceil(_WARMUP * steps), steps
        )
        weights = torch.tensor(class_weights(self.train.codes, self.classes, balance), dtype=torch.float32)
        scaler = torch.amp.GradScaler(where.type, enabled=hardware.needs_scaling("auto", where))
        return _Learner(head, nn.CrossEntropyLoss(weight=weights.to(where)), optimiser, schedule, scaler)

    def _epoch(self, learner: _Learner, seed: int, epoch: int, advance: Advance) -> None:
        encoder, where = self.encoder, self.encoder.device
        encoder.model.train()
        learner.head.train()
        room = encoder.window - self._affixes.count
        windows = [
            drawn_window(ids, room, encoder.overlap, seed, epoch, name)
            for ids, name in zip(self._ids, self.train.names, strict=True)
        ]
        pad = int(encoder.tokenizer.pad_token_id or 0)
        for places in length_batches([len(ids) for ids in windows], self.options.batch_notes, seed, epoch):
            ids, mask = padded([windows[place] for place in places], self._affixes, pad)
            with hardware.autocast("auto", where):
                vectors = encoder.embed(ids.to(where), mask.to(where))
            loss = learner.loss(learner.head(vectors), self._targets[torch.from_numpy(places).to(where)])
            learner.scaler.scale(loss).backward()
            learner.scaler.unscale_(learner.optimiser)
            nn.utils.clip_grad_norm_([*encoder.model.parameters(), *learner.head.parameters()], _CLIP)
            learner.scaler.step(learner.optimiser)
            learner.scaler.update()
            learner.schedule.step()
            learner.optimiser.zero_grad()
            advance(len(places))


@dataclass(frozen=True)
class _Learner:
    """What one seed trains with."""

    head: TwoLayerHead
    loss: nn.CrossEntropyLoss
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    scaler: torch.amp.GradScaler


def _copied(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.detach().cpu().clone() for name, value in module.state_dict().items()}


def _decayed(modules: Sequence[nn.Module], decay: float) -> list[dict[str, object]]:
    """Parameters in two groups: weight decay pulls on matrices, not on biases and norms."""
    parameters = [parameter for module in modules for parameter in module.parameters()]
    return [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0},
    ]
