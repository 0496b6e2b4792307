"""How fast are notes embedded? Notes a second of `Encoder.encode` against `SentenceTransformer.encode`.

    python benchmarks/encoding.py [--mtsamples PATH] [--notes 300] [--rounds 3]

MiniLM on clinical notes, each cut to what one window of it reads (256 tokens, special ones counted), so that both
sides read the same: by itself `Encoder.encode` would read all of a long note. Sentence-Transformers as it comes (fp32,
batches of 32); wardspace as it comes (bf16 where the processor has it) and, to tell precision from the rest, in fp32;
the same model exported as ONNX graphs in fp32 and int8, read by `OnnxEncoder`.
Printed too: the cosines of each side's vectors to the fp32 vectors of Sentence-Transformers, the lowest and the mean.
Without a data set the notes are those of the synthetic ward. The figures go to benchmarks/results/encoding.json.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from shared import notes, report
from shared.side_by_side import Round, Side, Work, compare

BASE = "minilm"


def sentence_transformers(texts: list[str]) -> Work:
    from sentence_transformers import SentenceTransformer

    from wardspace.models import hardware, resolve

    model = SentenceTransformer(resolve(BASE), device=str(hardware.device()))

    def work(_: int) -> Round:
        return Round(len(texts), kept=model.encode(texts, show_progress_bar=False))

    return work


def wardspace(texts: list[str], precision: str) -> Work:
    from wardspace import Encoder

    encoder = Encoder.load(BASE)

    def work(_: int) -> Round:
        return Round(len(texts), kept=encoder.encode(texts, show_progress=False, precision=precision))

    return work


def onnx(texts: list[str], folder: Path, variant: str) -> Work:
    from wardspace import OnnxEncoder

    threads = int(os.environ.get("OMP_NUM_THREADS", "0")) or None
    encoder = OnnxEncoder.load(folder, variant, threads=threads)

    def work(_: int) -> Round:
        return Round(len(texts), kept=encoder.encode(texts, show_progress=False))

    return work


def export(folder: Path) -> None:
    from wardspace import Encoder
    from wardspace.models.onnx.export import export_onnx

    export_onnx(Encoder.load(BASE, device="cpu"), folder, name=BASE, int8=True)


def cut(texts: list[str]) -> list[str]:
    """Texts of at most one window; cut in the text, so that nothing depends on how a side truncates."""
    from wardspace import Encoder
    from wardspace.models.tokens import affixes, untruncated

    encoder = Encoder.load(BASE, device="cpu")
    room = encoder.window - affixes(encoder.tokenizer).count
    core = untruncated(encoder.tokenizer)
    found = []
    for text in texts:
        offsets = core.encode(text, add_special_tokens=False).offsets
        found.append(text if len(offsets) <= room else text[: offsets[room - 1][1]])
    longest = max(encoder.count_tokens(found))
    if longest > room:
        raise RuntimeError(f"a note of {longest} tokens is left; a window has room for {room}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    notes.add_options(parser, "mtsamples")
    parser.add_argument("--notes", type=int, default=300, help="how many notes (0: all)")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds of each side")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "encoding.json")
    options = parser.parse_args()
    chosen = notes.read("mtsamples", options.mtsamples, options.notes)
    texts = cut(chosen.texts)
    graphs = Path(tempfile.mkdtemp()) / BASE
    export(graphs)
    sides = [
        Side("sentence-transformers", sentence_transformers, {"texts": texts}),
        Side("wardspace", wardspace, {"texts": texts, "precision": "auto"}),
        Side("wardspace fp32", wardspace, {"texts": texts, "precision": "fp32"}),
        Side("wardspace ONNX fp32", onnx, {"texts": texts, "folder": graphs, "variant": "fp32"}),
        Side("wardspace ONNX int8", onnx, {"texts": texts, "folder": graphs, "variant": "int8"}),
    ]
    measured = compare(sides, options.rounds)
    shutil.rmtree(graphs.parent)
    rows = report.speed_rows(measured, "notes")
    for row, side in zip(rows, measured, strict=True):
        cosines = _cosines(side.kept, measured[0].kept)
        row |= {"cosine_min": round(float(cosines.min()), 6), "cosine_mean": round(float(cosines.mean()), 6)}
    record = {"base": BASE, "corpus": chosen.about(), "rows": rows, "rounds": report.rounds_of(measured)}
    report.show(f"Encoding {len(texts)} notes ({chosen.name}), one window each", rows)
    report.write(options.output, record)


def _cosines(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(other, axis=1)
    return (own * other).sum(axis=1) / lengths


if __name__ == "__main__":
    main()
