"""The model card of an adapted encoder: what was done, in figures; never any text of a note."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from wardspace.models import Encoder
from wardspace.training.cost import StageCost

_CARD = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, feature-extraction, clinical]
---

# {name}

{family} encoder adapted to an organisation's own notes with wardspace. It turns a note into a vector of {dimension}
numbers{scaled}.

- base: `{base}` (its licence goes on to hold)
- pooling: {pooling}; window: {window} tokens (longer notes: wardspace reads overlapping windows)
- read in training: {tokens:,} tokens{transductive}{mixed}

| stage | objective | tokens | notes | left out | steps | batch: tokens, notes | minutes | changed | validation loss |
|---|---|---|---|---|---|---|---|---|---|
{rows}

Options:

{options}

The validation loss is that of the objective itself on held-out training notes: before training, and the lowest
afterwards, whose weights are kept. It is no measure of how useful the vectors are: see the report of the study.

The weights were learned from notes about people. A model can remember what it has read: treat it as you treat the
notes until an audit says otherwise. This card holds no text of any note.
"""


def model_card(
    encoder: Encoder, *, name: str, base: str, stages: Sequence[StageCost], transductive: bool, mix: float = 1.0
) -> str:
    """Write the card.

    Parameters
    ----------
    encoder : Encoder
        The adapted encoder.
    name, base : str
        Its name and what it started from.
    stages : sequence of StageCost
        What each objective did.
    transductive : bool
        Whether texts of validation and test were read.
    mix : float
        Share of the adapted weights, the rest being the base's.
    """
    return _CARD.format(
        name=name,
        base=Path(base).name if Path(base).is_dir() else base,  # not where it lay on someone's machine
        family=encoder.model.config.model_type,
        dimension=encoder.dimension,
        scaled=" of length one" if encoder.normalise else "",
        pooling=encoder.pooling,
        window=encoder.window,
        tokens=sum(stage.tokens for stage in stages),
        transductive=", texts of the validation and test splits among them" if transductive else "",
        mixed=f"\n- weights: {mix:.0%} of the way from the base to those that training ended with" if mix < 1 else "",
        rows="\n".join(_row(index, stage) for index, stage in enumerate(stages, start=1)),
        options="\n".join(f"{i}. `{json.dumps(stage.options)}`" for i, stage in enumerate(stages, start=1)),
    )


def _row(index: int, stage: StageCost) -> str:
    first, kept = stage.losses[0].loss, min(point.loss for point in stage.losses[1:])
    batch = f"{stage.batch_tokens:,.0f}, {stage.batch_notes:,.0f}"
    share = f"{stage.parameters_updated:,} of {stage.parameters:,}"
    return (
        f"| {index} | {stage.objective} | {stage.tokens:,} | {stage.notes_seen:,} | {stage.notes_left_out:,} "
        f"| {stage.steps:,} | {batch} | {stage.seconds / 60:.1f} | {share} | {first:.4f} → {kept:.4f} |"
    )
