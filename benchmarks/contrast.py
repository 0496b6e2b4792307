"""How fast is contrast between spans learnt? Against sentence-transformers' ranking losses.

    python benchmarks/contrast.py [--mtsamples PATH] [--pairs 512] [--rounds 3] [--precision bf16 fp32]

MiniLM on pairs of an anchor and a positive span, drawn once by the package's own rule (DeCLUTR) and given to both
sides: MultipleNegativesRankingLoss on batches of 16 pairs, and CachedMultipleNegativesRankingLoss (passes of 32 spans)
on batches four times as large. Sentence-Transformers' own trainer is transformers' Trainer and wants the package
`datasets` besides; so its loss runs in that Trainer as its own trainer runs it: tokenised in the collator, AdamW.
Speed is counted in spans, two to a pair; memory is the peak of the side's process.
Without a data set the notes are those of the synthetic ward. The figures go to benchmarks/results/contrast.json.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared import notes, report
from shared.side_by_side import Round, Side, Work, compare
from shared.trainers import arguments, trained

BASE = "minilm"
SEED = 1
LONGEST, SHORTEST = 254, 32
"""Tokens of a span: the longest fills one window of the base."""
PASS = 32
"""Spans that the cached loss reads at once (its default)."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Recipe:
    """What both sides are given."""

    pairs: list[Pair]
    precision: str
    batch: int
    """Pairs of a batch."""
    cached: bool
    """Whether gradients are cached, so that memory does not grow with the batch."""
    steps: int
    learning_rate: float = 5e-5
    temperature: float = 0.05


def sentence_transformers(recipe: Recipe) -> Work:
    """Each round trains `recipe.steps` steps on the same batches; units are spans."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.losses import CachedMultipleNegativesRankingLoss, MultipleNegativesRankingLoss
    from transformers import Trainer, TrainingArguments

    from wardspace.models import hardware, resolve

    model = SentenceTransformer(resolve(BASE), device=str(hardware.device()))
    scale = 1 / recipe.temperature
    if recipe.cached:
        loss = CachedMultipleNegativesRankingLoss(model, scale=scale, mini_batch_size=PASS)
    else:
        loss = MultipleNegativesRankingLoss(model, scale=scale)
    first = {name: value.clone() for name, value in model.state_dict().items()}

    class Ranking(Trainer):
        def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **_: Any) -> Any:
            features = [inputs["anchors"], inputs["positives"]]
            value = loss(features, None)
            return (value, {}) if return_outputs else value

    def collate(pairs: list[Pair]) -> dict[str, Any]:
        return {
            "anchors": model.preprocess([anchor for anchor, _ in pairs]),
            "positives": model.preprocess([positive for _, positive in pairs]),
        }

    def work(number: int) -> Round:
        steps = 1 if number == 0 else recipe.steps
        model.load_state_dict(first)
        with tempfile.TemporaryDirectory(prefix="contrast-") as scratch:
            given = {"per_device_train_batch_size": recipe.batch, "max_steps": steps, "seed": SEED}
            options = arguments(scratch, recipe.precision, learning_rate=recipe.learning_rate, **given)
            trainer = Ranking(
                model=model, args=TrainingArguments(**options), train_dataset=recipe.pairs, data_collator=collate
            )
            value = trained(trainer)
        return Round(2 * recipe.batch * steps, {"training_loss": value})

    return work


def wardspace(recipe: Recipe) -> Work:
    """As `sentence_transformers`, on the same pairs in batches of as many; dropout, NT-Xent and AdamW as in DeCLUTR."""
    from collections.abc import Sequence

    import numpy as np
    import torch

    from shared.ours import Trained, setting_of
    from wardspace.config import DeclutrConfig
    from wardspace.models import LanguageModel
    from wardspace.models.tokens import token_ids
    from wardspace.objectives import Reading, Unit
    from wardspace.objectives.micro_batches import Batch, micro_batches
    from wardspace.objectives.self_supervised.declutr import Declutr
    from wardspace.training.data.plan import Plan

    masked = LanguageModel.load(BASE)
    spans = [token_ids(masked.tokenizer, list(side)) for side in zip(*recipe.pairs, strict=True)]

    class Given(Declutr):
        """Reads pairs that were drawn beforehand."""

        def collate(self, readings: Sequence[Reading]) -> Batch:
            rows = [int(reading.unit.id) for reading in readings]
            sequences = [spans[side][row] for side in (0, 1) for row in rows]
            read = micro_batches(sequences, self.setting.vocabulary, self.setting.reading)
            return Batch(read, torch.zeros(len(rows), 0, dtype=torch.int64), {})

    config = DeclutrConfig(anchors=1, positives=1, mlm_weight=0, temperature=recipe.temperature)
    examples = [Unit(str(row), ids) for row, ids in enumerate(spans[0])]

    def plan(steps: int) -> Plan:
        rows = np.arange(steps * recipe.batch) % len(examples)
        sizes = np.array([len(spans[0][row]) + len(spans[1][row]) + 4 for row in rows])
        readings = np.stack([rows, np.zeros_like(rows), np.zeros_like(rows)], axis=1).astype(np.int32)
        starts = np.arange(0, len(rows) + 1, recipe.batch)
        return Plan(readings, starts, np.add.reduceat(sizes, starts[:-1]))

    objective = Given(config, masked, setting_of(masked, LONGEST + 2))
    ours = Trained(objective, examples, plan, recipe.precision, recipe.learning_rate)

    def work(number: int) -> Round:
        steps = 1 if number == 0 else recipe.steps
        _, loss = ours.train(steps)
        return Round(2 * recipe.batch * steps, {"training_loss": loss})

    return work


SIDES = {"sentence-transformers": sentence_transformers, "wardspace": wardspace}


def drawn(texts: list[str], most: int) -> list[Pair]:
    """One anchor with one positive of each note, as text; notes round and round until there are enough."""
    import numpy as np

    from wardspace import Encoder
    from wardspace.models.tokens import token_ids
    from wardspace.objectives.spans import SpanRule

    tokenizer = Encoder.load(BASE, device="cpu").tokenizer
    rule, random = SpanRule(anchors=1, positives=1, longest=LONGEST, shortest=SHORTEST), np.random.default_rng(SEED)
    ids = [note for note in token_ids(tokenizer, texts) if rule.bounds(len(note)) is not None]
    pairs: list[Pair] = []
    while len(pairs) < most:
        for note in ids[: most - len(pairs)]:
            (draw,) = rule.draw(len(note), random)
            spans = (draw.anchor, draw.positives[0])
            anchor, positive = (tokenizer.decode(note[span.start : span.end]) for span in spans)
            pairs.append((anchor, positive))
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    notes.add_options(parser, "mtsamples")
    parser.add_argument("--pairs", type=int, default=512, help="pairs drawn")
    parser.add_argument(
        "--batch", type=int, default=16, help="pairs of a batch; the cached loss takes four times as many"
    )
    parser.add_argument("--steps", type=int, default=8, help="steps of a round; a quarter as many of the cached loss")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds of each side")
    parser.add_argument("--precision", nargs="+", choices=["bf16", "fp32"], default=["bf16", "fp32"])
    parser.add_argument("--output", type=Path, default=report.RESULTS / "contrast.json")
    options = parser.parse_args()
    chosen = notes.read("mtsamples", options.mtsamples, options.pairs)
    pairs = drawn(chosen.texts, options.pairs)
    rows, details = [], []
    for cached in (False, True):
        for precision in options.precision:
            batch, steps = (4 * options.batch, max(1, options.steps // 4)) if cached else (options.batch, options.steps)
            recipe = Recipe(pairs, precision, batch, cached, steps)
            measured = compare([Side(name, side, {"recipe": recipe}) for name, side in SIDES.items()], options.rounds)
            case = {"gradients": "cached" if cached else "whole", "batch": batch, "precision": precision}
            rows += report.speed_rows(measured, "spans", **case)
            details.append(case | {"sides": report.rounds_of(measured)})
    report.show(f"Contrast between spans of {chosen.name}: spans a second", rows)
    report.write(options.output, {"base": BASE, "corpus": chosen.about(), "rows": rows, "rounds": details})


if __name__ == "__main__":
    main()
