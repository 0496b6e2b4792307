"""The objectives a model can be adapted with, each with its own options."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from wardspace.config.section import Section


class MlmConfig(Section):
    """Masked language modelling: predict hidden words from their context.

    A causal base predicts words from what stands before them, and nothing is hidden.
    """

    kind: Literal["mlm"] = "mlm"
    """Name of the objective."""
    probability: float = Field(0.15, gt=0, lt=1)
    """Share of tokens to predict; 80% of them are masked, 10% replaced, 10% left as they are."""
    whole_words: bool = False
    """Mask all pieces of a word together."""
    head_warmup: float = Field(0.1, ge=0, lt=1)
    """Share of the budget that trains a new masked-word head with the encoder frozen; a trained head skips it."""


class DeclutrConfig(Section):
    """Contrast between spans of a note and spans of others (DeCLUTR), jointly with masked words or alone."""

    kind: Literal["declutr"] = "declutr"
    """Name of the objective."""
    anchors: int = Field(2, ge=1)
    """Anchor spans drawn from a note; anchors of one note do not overlap and are each other's hard negatives."""
    positives: int = Field(2, ge=1)
    """Positive spans drawn around an anchor; their embeddings are averaged."""
    spans: Literal["scaled", "paper"] = "scaled"
    """`scaled` fits the longest span to each note so that short notes stay in; `paper` keeps one length
    and leaves out notes with fewer than 2 × anchors × longest tokens."""
    longest: int = Field(256, ge=4)
    """Most tokens of a span (the encoder's window caps it)."""
    shortest: int = Field(32, ge=2)
    """Fewest tokens of a span where the note allows."""
    strategy: Literal["any", "subsuming", "adjacent"] = "any"
    """Where positives lie: anywhere near the anchor, inside it, or touching it."""
    temperature: float = Field(0.05, gt=0)
    """Temperature of the contrast (the start value where it is learned)."""
    learn_temperature: bool = False
    """Learn the temperature."""
    mlm_weight: float = Field(1.0, ge=0)
    """Weight of the masked-word loss on the anchors; 0 trains on contrast alone, and anchors stay unmasked."""
    contrast_weight: float = Field(1.0, gt=0)
    """Weight of the contrastive loss."""
    mlm: MlmConfig = MlmConfig()
    """How words of the anchors are masked."""

    @model_validator(mode="after")
    def _lengths(self) -> DeclutrConfig:
        if self.shortest > self.longest:
            raise ValueError(f"shortest ({self.shortest}) must not exceed longest ({self.longest})")
        return self


class CategoryConfig(Section):
    """Masked words together with the note's own metadata."""

    kind: Literal["category"] = "category"
    """Name of the objective."""
    columns: list[str] = []
    """Metadata columns to learn from; empty takes every metadata column of the corpus."""
    loss: Literal["classify", "supcon"] = "classify"
    """`classify` predicts the category; `supcon` is the supervised contrastive loss with the category as label."""
    weight: float = Field(0.1, gt=0)
    """Weight of the metadata loss beside the masked-word loss."""
    temperature: float = Field(0.1, gt=0)
    """Temperature of the supervised contrastive loss."""
    mlm_weight: float = Field(1.0, ge=0)
    """Weight of the masked-word loss; 0 trains on metadata alone."""
    mlm: MlmConfig = MlmConfig()
    """How words are masked."""


class BlendConfig(Section):
    """The base's own space beside that of the notes' words, taught to the encoder."""

    kind: Literal["blend"] = "blend"
    """Name of the objective."""
    dimensions: int = Field(400, ge=1)
    """Directions of the word space (latent semantic analysis) to teach."""
    sequences: int = Field(2, ge=1, le=3)
    """Words are counted by themselves and in sequences of up to so many tokens."""
    weight: float = Field(1.0, ge=0)
    """Length of a note's vector of words beside the base's of a piece; 0 teaches the base's own space alone."""
    neighbours: int = Field(10, ge=0)
    """Nearest pieces of other notes that each piece is drawn towards; 0 draws none."""
    pull: float = Field(0.5, ge=0)
    """How far it is drawn: length of the neighbours' mean direction beside the piece's own."""
    across: list[str] | Literal["metadata"] = []
    """Metadata columns across whose classes neighbours are looked for: what is common to a class (a type of note) is
    set aside first, so that notes of several types about one matter are drawn together. `metadata` takes every metadata
    column that no task predicts and nothing reads as text."""
    keep: float = Field(0.0, ge=0)
    """Tokens of other texts read for each token of the notes; on these the encoder is held to what its base was, so
    that it goes on reading other text well. 0 reads none."""
    texts: str = "hpo"
    """These texts: `hpo`, names and definitions of the Human Phenotype Ontology (pip install 'wardspace[demo]'), or a
    file with one text on each line."""


class PairsConfig(Section):
    """Contrast between a note and texts of its own metadata: its title, the question that it answers."""

    kind: Literal["pairs"] = "pairs"
    """Name of the objective."""
    columns: list[str] = Field(min_length=1)
    """Metadata columns with a text each; where a note has several, one is drawn in each epoch. Their values stand in no
    result, map or subgroup, unless the study names the columns for something else too."""
    temperature: float = Field(0.05, gt=0)
    """Temperature of the contrast."""
    guide: bool = True
    """Whether notes that the base places nearer than the true partner are passed over as negatives."""


def _named(value: Any) -> Any:
    """Accept `mlm` and `{mlm: {…}}` for `{kind: mlm, …}`."""
    if isinstance(value, str):
        return {"kind": value}
    if isinstance(value, dict) and "kind" not in value and len(value) == 1:
        (kind, options), *_ = value.items()
        if options is None or isinstance(options, dict):
            return {"kind": kind, **(options or {})}
    return value


ObjectiveConfig = Annotated[
    Annotated[MlmConfig | DeclutrConfig | CategoryConfig | BlendConfig | PairsConfig, Field(discriminator="kind")],
    BeforeValidator(_named),
]
"""One objective of a study: a name, or a name with its options."""


def learned_from(objective: ObjectiveConfig, metadata: list[str]) -> list[str]:
    """Metadata columns that an objective learns from, of a corpus with these."""
    if isinstance(objective, CategoryConfig):
        return objective.columns or metadata
    if isinstance(objective, PairsConfig):
        return objective.columns
    if isinstance(objective, BlendConfig):
        return metadata if objective.across == "metadata" else objective.across
    return []
