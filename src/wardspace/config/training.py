"""How much is trained, how, and into which models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from wardspace.config.objectives.registry import ObjectiveConfig
from wardspace.config.recommended import expanded
from wardspace.config.section import Section


class BudgetConfig(Section):
    """What every adapted model may spend."""

    tokens: int = Field(1_000_000, ge=1)
    """Tokens the encoder reads in training, padding not counted; a sequence of objectives shares it evenly."""


Precision = Literal["auto", "fp32", "bf16", "fp16"]


class LoraConfig(Section):
    """Low-rank adaptation (Hu et al. 2022): merged into the weights when an objective is done."""

    rank: int = Field(16, ge=1)
    """Rank of the additions."""
    alpha: float = Field(32.0, gt=0)
    """The additions are scaled by alpha / rank."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Dropout before the additions."""


class TrainingConfig(Section):
    """The training loop's options; an adapted model may override each of them."""

    learning_rate: float = Field(2e-5, gt=0)
    """Highest learning rate: linear warm-up, then linear decay."""
    weight_decay: float = Field(0.01, ge=0)
    """AdamW weight decay (not on biases and norms)."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of steps of rising learning rate."""
    clip: float = Field(1.0, gt=0)
    """Largest norm of a gradient."""
    dropout: float | None = Field(None, ge=0, lt=1)
    """Share of what passes from layer to layer that is dropped in training (null: as the base came)."""
    batch_tokens: int = Field(8192, ge=1)
    """Tokens of a batch (over all processes), padding not counted; a batch holds at least two notes."""
    pass_tokens: int | None = Field(None, ge=16)
    """Tokens a process reads at once; a larger batch takes several passes, with the same gradients in less memory
    (null: 4,096 on a CPU, 32,768 on a GPU)."""
    precision: Precision = "auto"
    """`auto` takes bf16 where the processor has it, else fp16 (with loss scaling) on a GPU, else fp32."""
    seed: int = 1
    """Seed of order, masks, spans and new weights."""
    holdout: float = Field(0.03, gt=0, lt=0.5)
    """Share of the training patients held out for the validation loss (never the validation or test split)."""
    holdout_notes: int = Field(256, ge=2)
    """Most notes held out."""
    evaluations: int = Field(4, ge=1)
    """How often the validation loss is taken; the best checkpoint is kept."""
    freeze_layers: int = Field(0, ge=0)
    """Keep the embeddings and this many of the lowest layers as they are; 0 trains everything."""
    layer_decay: float = Field(1.0, gt=0, le=1)
    """Each layer learns at this share of the rate of the one above it; 1 gives all layers the same rate."""
    mix: float = Field(1.0, gt=0, le=1)
    """Share of the adapted weights in the encoder that is kept, the rest being the base's: below 1 it keeps more of
    what the base knew of other text."""
    lora: LoraConfig | None = None
    """Train low-rank additions instead of the encoder's own weights (null: train the weights); they usually want a
    learning rate of 1e-4 to 1e-3."""
    workers: int | None = Field(None, ge=0)
    """Processes that prepare batches for the training one (null: none on a CPU, two on a GPU)."""
    shard: bool = False
    """Share weights, gradients and AdamW's averages out among processes (FSDP) instead of holding all in each; one
    process by itself has nobody to share with."""
    resume: Literal["auto", "never"] = "auto"
    """`auto` goes on from the last whole checkpoint of an interrupted run; `never` starts the model afresh."""


class TrainingOverrides(Section):
    """The same options, for one adapted model; what is not given comes from the study."""

    learning_rate: float | None = Field(None, gt=0)
    """Highest learning rate."""
    weight_decay: float | None = Field(None, ge=0)
    """AdamW weight decay."""
    warmup: float | None = Field(None, ge=0, lt=1)
    """Share of steps of rising learning rate."""
    batch_tokens: int | None = Field(None, ge=1)
    """Tokens of a batch."""
    dropout: float | None = Field(None, ge=0, lt=1)
    """Share of what passes from layer to layer that is dropped in training."""
    seed: int | None = None
    """Seed of order, masks, spans and new weights."""
    freeze_layers: int | None = Field(None, ge=0)
    """Lowest layers that stay as they are."""
    layer_decay: float | None = Field(None, gt=0, le=1)
    """Each layer's share of the learning rate of the one above it."""
    mix: float | None = Field(None, gt=0, le=1)
    """Share of the adapted weights in the encoder that is kept."""
    lora: LoraConfig | None = None
    """Low-rank additions instead of the encoder's own weights."""

    def applied_to(self, training: TrainingConfig) -> TrainingConfig:
        """The study's training options with these in their place.

        An option that may be null there (`lora`, `dropout`) is switched off by a null that is written here.
        """
        off = {name for name in self.model_fields_set if TrainingConfig.model_fields[name].default is None}
        given = {name: value for name, value in self if value is not None or name in off}
        return training.model_copy(update=given)

    @model_serializer(mode="wrap")
    def _as_given(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # what was left out stays out: read back, a null would switch off what the study has
        values: dict[str, Any] = plain(self)
        return {name: value for name, value in values.items() if name in self.model_fields_set}


class AdaptConfig(Section):
    """One adapted model: a name and the objectives it is trained with, one after the other."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the model in tables and folders; by default its objectives, joined by dashes."""
    objectives: list[ObjectiveConfig] = Field(min_length=1)
    """Objectives in the order of training; they share the budget evenly. `objective: x` is short for one alone, and
    `recommended` stands for the recipe that docs/experiments.md found, training options included."""
    training: TrainingOverrides = TrainingOverrides()
    """Training options of this model alone."""

    @model_validator(mode="before")
    @classmethod
    def _recipe(cls, given: Any) -> Any:
        return expanded(given)


class EncoderConfig(Section):
    """How a note becomes one vector."""

    pooling: Literal["auto", "mean", "cls"] = "auto"
    """Masked mean of the last layer or its first token; `auto` takes what the base's folder says, else mean."""
    normalise: Literal["auto", "yes", "no"] = "auto"
    """Scale vectors to length one; `auto` takes what the base's folder says, else no."""
    window: int | None = Field(None, ge=8)
    """Tokens the model reads at once (null: what the base's folder says). Longer notes are read in windows."""
    overlap: float = Field(0.125, ge=0, lt=1)
    """Share of a window that the next one reads again."""
    batch_tokens: int = Field(16384, ge=1)
    """Tokens of an encoding batch, padding counted (on a CPU never more than 4,096, which its caches hold)."""
