"""How a model is fine-tuned on a task, of whatever kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from wardspace.config.section import Section
from wardspace.config.training import LoraConfig, Precision, TrainingConfig

Rate = Annotated[float, Field(gt=0)]


def _form(value: object) -> str:
    return "(several)" if isinstance(value, list) else "(one)"


Rates = Annotated[
    Annotated[Rate, Tag("(one)")] | Annotated[list[Rate], Field(min_length=1), Tag("(several)")], Discriminator(_form)
]
"""One learning rate, or several to choose from; a mistake is told as of the form that was written."""


class FinetuneConfig(Section):
    """Full fine-tuning: the encoder learns with the head."""

    models: list[str] | Literal["best", "all"] = "best"
    """Models to fine-tune: names, all, or the base with the `best` adapted ones by frozen validation score."""
    best: int = Field(2, ge=1)
    """How many adapted models `best` takes."""
    seeds: int = Field(2, ge=1)
    """Repetitions with other seeds."""
    epochs: int = Field(3, ge=1)
    """Passes over the training notes; the best by the task's main metric on validation is kept."""
    patience: int | None = Field(None, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: Rates = 2e-5
    """Highest learning rate; of several the first seed of a model finds the one that is best on validation."""
    weight_decay: float = Field(0.01, ge=0)
    """AdamW weight decay."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of steps of rising learning rate."""
    dropout: float | None = Field(None, ge=0, lt=1)
    """Share of what passes from layer to layer that is dropped in training (null: as the base came)."""
    batch_notes: int | None = Field(16, ge=1)
    """Notes of a batch, on average (windows, of notes that are longer); null takes as many as leave an epoch 100 steps,
    from 1 to 16."""
    batch_tokens: int | None = Field(None, ge=1)
    """Tokens of a batch instead, padding not counted."""
    pass_tokens: int | None = Field(None, ge=16)
    """Tokens a process reads at once (null: 4,096 on a CPU, 32,768 on a GPU)."""
    precision: Precision = "auto"
    """As for adaptation: `auto` takes bf16 where the processor has it, else fp16 on a GPU, else fp32."""
    freeze_layers: int = Field(0, ge=0)
    """Keep the embeddings and this many of the lowest layers as they are; 0 trains everything."""
    layer_decay: float = Field(1.0, gt=0, le=1)
    """Each layer learns at this share of the rate of the one above it; 1 gives all layers the same rate."""
    lora: LoraConfig | None = None
    """Train low-rank additions instead of the encoder's own weights (null: train the weights)."""
    notes: int | None = Field(None, ge=1)
    """Train on at most this many notes (the same for every model) of those that the task may learn from; null takes all
    of them."""

    @property
    def rates(self) -> tuple[float, ...]:
        """Learning rates to choose from."""
        return tuple(self.learning_rate) if isinstance(self.learning_rate, list) else (self.learning_rate,)

    def training(self, seed: int, batch_tokens: int, learning_rate: float) -> TrainingConfig:
        """These options as the training loop takes them."""
        shared = {name: value for name, value in self if name in TrainingConfig.model_fields}
        own = {"seed": seed, "batch_tokens": batch_tokens, "evaluations": self.epochs, "learning_rate": learning_rate}
        return TrainingConfig.model_validate(shared | own)
