"""What finds relations in a folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from wardspace.models import Encoder
from wardspace.models.heads.kept_heads import KeptHead
from wardspace.objectives.supervised.pair_head import PairHead
from wardspace.tasks.confidence import Scaled
from wardspace.tasks.kept import KeptFit, check_shapes, damaged, load_fitted, run_fields, save_fitted
from wardspace.tasks.kind import RunKey
from wardspace.tasks.probes.logistic import LogisticModel
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.relations.candidates import Pairing
from wardspace.tasks.relations.fitted import Finding, FittedRelations
from wardspace.tasks.relations.marked import MarkedScorer
from wardspace.tasks.relations.marking import Marking
from wardspace.tasks.relations.pooled import Inputs, PooledScorer

NONE = "no relation"
"""Name of the first score of a head."""


class KeptScaling(BaseModel):
    """How confidence is scaled; see `Scaled`."""

    model_config = ConfigDict(extra="forbid")

    slope: FiniteFloat
    shift: FiniteFloat


class KeptRelations(KeptFit):
    """fitted.json of what finds relations."""

    kind: Literal["relations"] = "relations"
    """Kind of task."""
    head: Literal["linear", "tuned"]
    """A regression on frozen vectors, or the head of a fine-tuning."""
    types: Annotated[tuple[str, ...], Field(min_length=1)]
    """Types of relation in the order of their numbers."""
    pairs: tuple[tuple[str, str], ...]
    """Types of head and tail that may be related, in the order of the features."""
    directed: bool
    """As in the task."""
    between: Literal["concepts", "mentions"]
    """What relations are between."""
    window: int | None
    """As in the task."""
    threshold: FiniteFloat
    """Probability of being related from which a relation is predicted."""
    marks: tuple[str, ...] = ()
    """Types of entity that are marked (fine-tuning)."""
    overlap: float = Field(0.5, ge=0, lt=1)
    """As in the task (fine-tuning)."""
    merge: Literal["logsumexp", "max"] = "logsumexp"
    """As in the task (fine-tuning)."""
    confidence: KeptScaling
    """How confidence is scaled."""


def save_relations(fitted: FittedRelations, folder: Path, run: RunKey) -> None:
    """Write what finds relations into a folder of its own.

    Parameters
    ----------
    fitted : FittedRelations
        Fitted by a setting that uses a model.
    folder : Path
        Replaced if it holds a model.
    run : RunKey
        What it was fitted by.

    Raises
    ------
    ValueError
        If it uses no model.
    ModelError
        If the folder holds something that is no model.
    """
    finding = fitted.find
    if not isinstance(finding, Finding) or not isinstance(finding.scorer, MarkedScorer | PooledScorer):
        raise ValueError(f"{run.setting} uses no model that could be kept")
    scorer, pairing = finding.scorer, finding.pairing
    about = {
        **run_fields(run),
        "types": fitted.types,
        "directed": pairing.directed,
        "between": fitted.level,
        "scripts": fitted.scripts,
        "window": pairing.window,
        "threshold": finding.threshold,
        "confidence": fitted.scaled._asdict(),
    }
    if isinstance(scorer, PooledScorer):
        own: dict[str, object] = {"head": "linear", "pairs": scorer.types}
        weights = scorer.weights()
    else:
        own = {
            "head": "tuned",
            "pairs": tuple(sorted(pairing.types)),
            "marks": scorer.marking.types,
            "overlap": scorer.overlap,
            "merge": scorer.merge,
        }
        weights = {name: value.detach().cpu().clone() for name, value in scorer.head.state_dict().items()}
    head = KeptHead(weights, (NONE, *fitted.types))
    save_fitted(folder, scorer.encoder, head, KeptRelations.model_validate({**about, **own}))


def load_relations(folder: str | Path, *, device: str = "auto") -> FittedRelations:
    """Open what a task has kept; it finds the relations that it found when it was kept.

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
    encoder, kept, about = load_fitted(path, KeptRelations, device)
    if kept.classes != (NONE, *about.types) or len(set(about.types)) < len(about.types):
        raise damaged(path, "the head scores other types than those of its options")
    pairing = Pairing(frozenset(about.pairs), about.directed, about.window)
    scorer = _pooled(path, encoder, kept, about) if about.head == "linear" else _marked(path, encoder, kept, about)
    finding = Finding(scorer, pairing, about.types, about.threshold)
    scaled = Scaled(about.confidence.slope, about.confidence.shift)
    return FittedRelations(finding, about.types, scaled, about.between, about.scripts)


def _pooled(path: Path, encoder: Encoder, kept: KeptHead, about: KeptRelations) -> PooledScorer:
    shapes = PooledScorer.shapes(encoder.dimension, len(kept.classes), len(about.pairs))
    check_shapes(path, kept.weights, shapes)
    found = {name: value.numpy() for name, value in kept.weights.items()}
    inputs = Inputs(
        tuple(Scaling(mean, float(size)) for mean, size in zip(found["means"], found["sizes"], strict=True))
    )
    model = LogisticModel(found["weights"], found["intercepts"], float("nan"), 0.0)
    return PooledScorer(encoder, inputs, model, about.pairs)


def _marked(path: Path, encoder: Encoder, kept: KeptHead, about: KeptRelations) -> MarkedScorer:
    head = PairHead(encoder.dimension, kept.classes, 0)
    check_shapes(path, kept.weights, {name: tuple(value.shape) for name, value in head.state_dict().items()})
    head.load_state_dict(kept.weights)
    marking = Marking(encoder.tokenizer, about.marks)
    return MarkedScorer(encoder, head.eval().to(encoder.device), marking, about.overlap, about.merge)
