"""What a task has kept leaves as one ONNX graph: encoder and head."""

from __future__ import annotations

from pathlib import Path

from wardspace.core.errors import ModelError
from wardspace.models.heads.kept_heads import HEADS_FILE
from wardspace.models.onnx.export import export_onnx
from wardspace.models.onnx.graph import GraphHead
from wardspace.models.onnx.manifest import HeadManifest
from wardspace.tasks.graph import Graphed
from wardspace.tasks.kept import FITTED_FILE, AnyFit, read_about
from wardspace.tasks.registry import KINDS


def export_fitted(
    folder: Path, target: Path, *, name: str, int8: bool = False, weights: str | None = None, card: str | None = None
) -> None:
    """Write a kept setting as ONNX, with `scores` among the outputs of its graph.

    Decoding is not in the graph: the mean over the windows of a long note, thresholds, and the best path of tags.
    `fitted.json` and `heads.safetensors` say what it takes.

    Parameters
    ----------
    folder : Path
        `RUN/models/TASK-MODEL-SETTING`.
    target, name, int8, weights, card
        As for `export_onnx`.

    Raises
    ------
    ModelError
        If the folder is damaged, or the head is of a kind of task that has no graph.
    """
    about = read_about(folder, AnyFit)
    kind = KINDS.get(about.kind)
    if not isinstance(kind, Graphed):
        able = " and ".join(known for known, one in KINDS.items() if isinstance(one, Graphed))
        raise ModelError(
            f"heads of the kind {about.kind!r} are not exported as ONNX; {able} are",
            where=folder,
            fix="export the model it was fitted on, or use the folder with `wardspace extract`",
        )
    graph = kind.graph(folder)
    said = HeadManifest(
        kind=about.kind,
        task=about.task,
        setting=about.setting,
        of=graph.of,
        classes=graph.classes,
        activation=graph.activation,
    )
    head = GraphHead(graph.head, said, graph.layers)
    copied = [folder / FITTED_FILE, folder / HEADS_FILE]
    export_onnx(graph.encoder, target, name=name, int8=int8, weights=weights, card=card, head=head, copied=copied)
