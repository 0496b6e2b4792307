"""A tagger in a folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from wardspace.models.heads.kept_heads import KeptHead
from wardspace.objectives.supervised.chains import Chain
from wardspace.objectives.supervised.tags import TagScheme
from wardspace.objectives.supervised.token_classification import TagHead
from wardspace.tasks.confidence import Scaled
from wardspace.tasks.entities.emissions import HeadEmissions, LinearEmissions
from wardspace.tasks.entities.fitted import FittedTagger, Tagging
from wardspace.tasks.kept import KeptFit, check_shapes, damaged, load_fitted, run_fields, save_fitted
from wardspace.tasks.kind import RunKey


class KeptScaling(BaseModel):
    """How confidence is scaled; see `Scaled`."""

    model_config = ConfigDict(extra="forbid")

    slope: FiniteFloat
    shift: FiniteFloat


class KeptTagger(KeptFit):
    """fitted.json of a tagger."""

    kind: Literal["entities"] = "entities"
    """Kind of task."""
    head: Literal["linear", "tuned"]
    """A linear layer on frozen vectors, or the head of a fine-tuning."""
    scheme: Literal["BIO", "BIOES"]
    """As in the task."""
    pieces: Literal["first", "all"]
    """As in the task."""
    crf: bool
    """Whether transitions are scored."""
    layers: int = Field(1, ge=1)
    """As in the task; 1 for a fine-tuned one."""
    types: Annotated[tuple[str, ...], Field(min_length=1)]
    """Types in the order of their numbers."""
    confidence: KeptScaling
    """How confidence is scaled."""


def save_tagger(tagger: FittedTagger, folder: Path, run: RunKey) -> None:
    """Write a tagger of token vectors into a folder of its own.

    Parameters
    ----------
    tagger : FittedTagger
        Fitted by a setting that reads token vectors.
    folder : Path
        Replaced if it holds a model.
    run : RunKey
        What it was fitted by.

    Raises
    ------
    ValueError
        If it does not read token vectors: dictionaries and word features hold words of notes.
    ModelError
        If the folder holds something that is no model.
    """
    tagging = tagger.find
    if not isinstance(tagging, Tagging):
        raise ValueError(f"{run.setting} has no token vectors to keep")
    emissions, scheme = tagging.emissions, tagging.chain.scheme
    tuned = isinstance(emissions, HeadEmissions)
    about = KeptTagger.model_validate(
        {
            **run_fields(run),
            "head": "tuned" if tuned else "linear",
            "scheme": scheme.scheme,
            "pieces": tagging.pieces,
            "crf": isinstance(emissions, HeadEmissions) and emissions.head.crf is not None,
            "layers": tagging.layers,
            "types": tagger.types,
            "scripts": tagger.scripts,
            "confidence": tagger.scaled._asdict(),
        }
    )
    save_fitted(folder, tagging.encoder, KeptHead(dict(emissions.weights()), scheme.names), about)


def load_tagger(folder: str | Path, *, device: str = "auto") -> FittedTagger:
    """Open a tagger that a task has kept; it finds the mentions that it found when it was kept.

    Parameters
    ----------
    folder : str or Path
        `RUN/models/TASK-MODEL-SETTING`.
    device : str
        As for `Encoder.load`.

    Raises
    ------
    ModelError
        If a file is absent, damaged, or of another kind of task.
    """
    path = Path(folder)
    encoder, kept, about = load_fitted(path, KeptTagger, device)
    scheme = TagScheme(about.scheme, about.types)
    if kept.classes != scheme.names or len(set(about.types)) < len(about.types):
        raise damaged(path, "the head scores other tags than those of its types")
    emissions: LinearEmissions | HeadEmissions
    if about.head == "linear":
        layers = len(encoder.spread_layers(about.layers) or (0,))
        shapes = LinearEmissions.shapes(encoder.dimension * layers, len(scheme.names), layers)
        check_shapes(path, kept.weights, shapes)
        emissions, chain = LinearEmissions.of(kept.weights), Chain.of(scheme)
    else:
        head = TagHead(encoder.dimension, scheme, 0, crf=about.crf)
        check_shapes(path, kept.weights, {name: tuple(value.shape) for name, value in head.state_dict().items()})
        head.load_state_dict(kept.weights)
        emissions, chain = HeadEmissions(head.eval().to(encoder.device)), head.chain()
    tagging = Tagging(encoder, about.pieces, emissions, chain, about.layers)
    scaled = Scaled(about.confidence.slope, about.confidence.shift)
    return FittedTagger(tagging, about.types, scaled, scripts=about.scripts)
