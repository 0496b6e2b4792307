"""How fast are masked words learnt, and how far does a budget of tokens get? Against transformers' Trainer.

    python benchmarks/mlm.py [--mtsamples PATH] [--vaers PATH] [--notes 1000] [--rounds 3] [--precision bf16 fp32]

MiniLM on long notes (MTSamples) and short ones (VAERS), from the same starting weights, a new masked-word head among
them. The peer is `transformers.Trainer` with `AutoModelForMaskedLM` and `DataCollatorForLanguageModeling(0.15)`: notes
cut at 512 tokens, batches of 16 padded to their longest, AdamW as it comes. Speed is counted in real tokens, padding
left out, over the same batches in every round. With --loss-tokens both sides also train on that many tokens (linear
warm-up over a tenth, then decay, from 5e-5), and their losses on held-out notes, the same words masked, are compared.
The limit, the encoder's forward and backward pass alone, is also compared at a batch near the default of 8,192 tokens
(--larger), where 16 notes are far fewer. Without a data set the notes are those of the synthetic ward. The figures go
to benchmarks/results/mlm.json.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shared import notes, report
from shared.side_by_side import Round, Side, Work, compare
from shared.trainers import arguments, trained

BASE = "minilm"
LONGEST = 512
PROBABILITY = 0.15
SEED = 1
_LETTERS = 4.2
"""Letters of a token, about: how many notes make a batch of so many tokens need not be exact."""


@dataclass(frozen=True)
class Recipe:
    """What both sides are given: light, for it travels to each side's process."""

    start: str
    """Folder with the starting weights, head included; `AutoModelForMaskedLM` and `LanguageModel` open it."""
    texts: list[str]
    precision: str
    batch: int = 16
    steps: int = 6
    learning_rate: float = 5e-5
    warmup: float = 0.1


def transformers_speed(recipe: Recipe) -> Work:
    """Each round trains `recipe.steps` steps on the same batches; units are real tokens."""
    peer = _Peer(recipe)

    def work(number: int) -> Round:
        tokens, loss = peer.train(2 if number == 0 else recipe.steps)
        return Round(tokens, {"training_loss": loss})

    return work


def transformers_loss(recipe: Recipe, held_out: str, tokens: int) -> Work:
    """One round trains on about `tokens` real tokens and takes the held-out loss, before and after."""
    peer = _Peer(recipe)

    def work(_: int) -> Round:
        before = held_out_loss(peer.model, held_out)
        seen, _ = peer.train(peer.steps_for(tokens))
        return Round(seen, {"loss_before": before, "loss_after": held_out_loss(peer.model, held_out)})

    return work


class _Peer:
    """MiniLM under transformers' Trainer; every training begins with the starting weights."""

    def __init__(self, recipe: Recipe) -> None:
        import torch
        from transformers import AutoModelForMaskedLM, AutoTokenizer

        self.recipe = recipe
        self.tokenizer = AutoTokenizer.from_pretrained(recipe.start)
        self.model = AutoModelForMaskedLM.from_pretrained(recipe.start, dtype=torch.float32)
        self.first = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.tokens = 0
        self.model.register_forward_pre_hook(self._count, with_kwargs=True)
        self.notes = [
            dict(self.tokenizer(text, truncation=True, max_length=LONGEST, return_special_tokens_mask=True))
            for text in recipe.texts
        ]

    def steps_for(self, tokens: int) -> int:
        """Steps that read about so many real tokens."""
        mean = sum(len(note["input_ids"]) for note in self.notes) / len(self.notes)
        return max(1, round(tokens / (mean * self.recipe.batch)))

    def train(self, steps: int) -> tuple[int, float]:
        """Real tokens read and the mean training loss."""
        from transformers import DataCollatorForLanguageModeling, Trainer, TrainingArguments

        self.model.load_state_dict(self.first)
        self.tokens = 0
        recipe = self.recipe
        with tempfile.TemporaryDirectory(prefix="mlm-") as scratch:
            given = {"per_device_train_batch_size": recipe.batch, "max_steps": steps, "seed": SEED}
            schedule = {"learning_rate": recipe.learning_rate, "warmup_steps": max(1, round(recipe.warmup * steps))}
            trainer = Trainer(
                model=self.model,
                args=TrainingArguments(**arguments(scratch, recipe.precision, **given, **schedule)),
                train_dataset=self.notes,
                data_collator=DataCollatorForLanguageModeling(self.tokenizer, mlm_probability=PROBABILITY),
            )
            loss = trained(trainer)
        return self.tokens, loss

    def _count(self, model: Any, _: Any, given: dict[str, Any]) -> None:
        if model.training:
            self.tokens += int(given["attention_mask"].sum())


def wardspace_speed(recipe: Recipe) -> Work:
    """As `transformers_speed`: from `recipe.start`, `recipe.steps` batches of as many tokens."""
    ours = _ours(recipe)

    def work(number: int) -> Round:
        tokens, loss = ours.train(2 if number == 0 else recipe.steps)
        return Round(tokens, {"training_loss": loss})

    return work


def wardspace_loss(recipe: Recipe, held_out: str, tokens: int) -> Work:
    """As `transformers_loss`: as many tokens and as many updates."""
    ours = _ours(recipe)

    def work(_: int) -> Round:
        model = ours.objective.model.model
        before = held_out_loss(model, held_out)
        steps = max(1, round(tokens / _batch_tokens(recipe, ours.examples)))
        seen, _ = ours.train(steps)
        return Round(seen, {"loss_before": before, "loss_after": held_out_loss(model, held_out)})

    return work


def encoder_speed(recipe: Recipe) -> Work:
    """The limit: our batches through the encoder alone."""
    from shared.ours import encoder_alone

    read = encoder_alone(_ours(recipe), recipe.steps)
    return lambda _: Round(read())


def _ours(recipe: Recipe) -> Any:
    from shared.ours import Trained, setting_of
    from wardspace.config import MlmConfig
    from wardspace.models import LanguageModel
    from wardspace.models.tokens import token_ids
    from wardspace.objectives import Unit, build
    from wardspace.training.data.plan import Plan, Planner
    from wardspace.training.data.source import FixedSource

    masked = LanguageModel.load(recipe.start)
    objective = build(MlmConfig(probability=PROBABILITY), masked, setting_of(masked, LONGEST))
    ids = token_ids(masked.tokenizer, recipe.texts)
    room = objective.setting.room
    examples = [Unit(f"n{place}", note[:room]) for place, note in enumerate(ids) if len(note)]
    batch_tokens = _batch_tokens(recipe, examples)

    def plan(steps: int) -> Plan:
        made = Planner(objective, FixedSource(examples), SEED, batch_tokens)
        return made.training(range(len(examples)), steps * batch_tokens)

    return Trained(objective, examples, plan, recipe.precision, recipe.learning_rate, recipe.warmup)


def _batch_tokens(recipe: Recipe, examples: Sequence[Any]) -> int:
    """Tokens of `recipe.batch` notes on average, special ones counted."""
    return round(recipe.batch * (2 + sum(len(example.ids) for example in examples) / len(examples)))


def save_start(folder: Path) -> None:
    """The weights both sides begin with: the base with a new masked-word head, drawn by a seed."""
    from wardspace.models import LanguageModel

    LanguageModel.load(BASE, seed=SEED).save(folder)


def save_held_out(texts: list[str], start: Path, file: Path, batch: int = 16) -> None:
    """Mask held-out notes once, for all sides: a list of batches of input_ids, attention_mask and labels."""
    import torch
    from transformers import AutoTokenizer, DataCollatorForLanguageModeling

    tokenizer = AutoTokenizer.from_pretrained(start)
    collate = DataCollatorForLanguageModeling(tokenizer, mlm_probability=PROBABILITY, seed=SEED)
    read = [dict(tokenizer(t, truncation=True, max_length=LONGEST, return_special_tokens_mask=True)) for t in texts]
    read.sort(key=lambda note: len(note["input_ids"]))
    torch.save([dict(collate(read[place : place + batch])) for place in range(0, len(read), batch)], file)


def held_out_loss(model: Any, file: str) -> float:
    """Mean cross-entropy over all masked positions, in fp32 and without dropout."""
    import torch

    total, words, training = 0.0, 0, model.training
    model.eval()
    with torch.inference_mode():
        for batch in torch.load(file):
            here = {name: value.to(model.device) for name, value in batch.items()}
            logits, labels = model(**here | {"labels": None}).logits, here["labels"]
            chosen = labels != -100
            total += torch.nn.functional.cross_entropy(logits[chosen].float(), labels[chosen], reduction="sum").item()
            words += int(chosen.sum())
    model.train(training)
    return total / words


SPEED = {
    "transformers Trainer": transformers_speed,
    "wardspace": wardspace_speed,
    "limit: encoder alone": encoder_speed,
}
LOSS = {"transformers Trainer": transformers_loss, "wardspace": wardspace_loss}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    notes.add_options(parser, "mtsamples", "vaers")
    parser.add_argument("--notes", type=int, default=1000, help="how many notes of each set (0: all)")
    parser.add_argument("--held-out", type=int, default=200, help="how many of them are held out")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds of each side")
    parser.add_argument("--steps", type=int, default=6, help="steps of a round")
    parser.add_argument("--batch", type=int, default=16, help="notes of a batch")
    parser.add_argument("--larger", type=int, default=8192, help="tokens of the batch without the peer (0: none)")
    parser.add_argument("--precision", nargs="+", choices=["bf16", "fp32"], default=["bf16", "fp32"])
    parser.add_argument("--loss-tokens", type=int, default=0, help="tokens to train on for the loss (0: speed only)")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "mlm.json")
    options = parser.parse_args()
    rows, details, losses, corpora = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="mlm-") as scratch:
        start, held_out = Path(scratch) / "start", Path(scratch) / "held-out.pt"
        save_start(start)
        for chosen in _sets(options):
            corpora.append(chosen.about())
            save_held_out(chosen.texts[: options.held_out], start, held_out)
            for precision in options.precision:
                recipe = Recipe(str(start), chosen.texts[options.held_out :], precision, options.batch, options.steps)
                for sides, given in _comparisons(recipe, options.larger):
                    measured = compare([Side(n, SPEED[n], {"recipe": given}) for n in sides], options.rounds)
                    case = {"notes": chosen.name, "precision": precision, "batch": given.batch}
                    rows += report.speed_rows(measured, "tokens", **case)
                    details.append(case | {"sides": report.rounds_of(measured)})
                if options.loss_tokens:
                    losses += _losses(recipe, held_out, options.loss_tokens, chosen.name)
    report.show("Masked words: real tokens a second", rows)
    if losses:
        report.show("Held-out loss after as many tokens", losses)
    report.write(options.output, {"base": BASE, "corpora": corpora, "rows": rows, "losses": losses, "rounds": details})


def _sets(options: argparse.Namespace) -> list[notes.Notes]:
    found = [notes.read(name, getattr(options, name), options.notes) for name in ("mtsamples", "vaers")]
    return list({chosen.name: chosen for chosen in found}.values())  # the ward stands in for both: once is enough


def _comparisons(recipe: Recipe, larger: int) -> list[tuple[list[str], Recipe]]:
    """All sides at the recipe's batch; without the peer, too slow for it, at the larger one."""
    found = [(list(SPEED), recipe)]
    batch = round(larger * len(recipe.texts) / sum(len(text) / _LETTERS for text in recipe.texts))
    if batch > 2 * recipe.batch:  # else the two are nearly the same
        found.append((list(SPEED)[1:], replace(recipe, batch=batch, steps=2)))
    return found


def _losses(recipe: Recipe, held_out: Path, tokens: int, name: str) -> list[dict[str, Any]]:
    """One row a side: the tokens it was trained on, and its loss on the held-out notes before and after."""
    given = {"recipe": recipe, "held_out": str(held_out), "tokens": tokens}
    trained = compare([Side(n, side, given) for n, side in LOSS.items()], 1, warm_up=False)
    case = {"notes": name, "precision": recipe.precision}
    return [case | {"side": side.name, "tokens": side.units[0], **_rounded(side.values[0])} for side in trained]


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


if __name__ == "__main__":
    main()
