"""How a model was adapted and what it cost, for its card."""

from __future__ import annotations

from wardspace.config import AdaptConfig, StudyConfig
from wardspace.core.wording import duration
from wardspace.report.card.data import CardFacts
from wardspace.report.tables.study import base_name
from wardspace.report.wording import counted, listed, share, thousands, tokens
from wardspace.results import ModelRecord, Results


def training_procedure(config: AdaptConfig, record: ModelRecord, results: Results, study: StudyConfig) -> str:
    """Objectives in their order, what they read, and the options that matter."""
    metadata = list(results.corpus.get("roles", {}).get("metadata", study.corpus.columns.metadata))
    lines = [f"{i}. It {one.description(metadata)}." for i, one in enumerate(config.objectives, start=1)]
    options = config.training.applied_to(study.training)
    manner = f"LoRA of rank {options.lora.rank}" if options.lora else _updated(record)
    lines.append(
        f"\nBase: `{base_name(study.base)}`; learning rate {options.learning_rate:g}, weight decay "
        f"{options.weight_decay:g}, seed {options.seed}, {manner}. Trained once."
    )
    if options.mix < 1:
        mix = f"{share(options.mix)} of the trained weights with {share(1 - options.mix)} of the base's"
        lines.append(f"\nThe final weights mix {mix}.")
    if record.learned_columns:
        lines.append(f"\nIt was trained on the metadata columns {listed(record.learned_columns)}.")
    return "\n".join(lines) + f"\n\n{_read(record)}\n"


def training_cost(record: ModelRecord, facts: CardFacts) -> str:
    """Time, tokens and hardware."""
    seconds, read = sum(one.seconds for one in record.stages), sum(one.tokens for one in record.stages)
    devices = listed(list(dict.fromkeys(one.device for one in record.stages)))
    processes = max((one.processes for one in record.stages), default=1)
    machine = f", {facts.machine}" if facts.machine else ""
    lines = [
        f"Time: {duration(seconds)}, including validation.",
        f"Tokens: {thousands(read)}.",
        f"Hardware: {devices}{machine}, {counted(processes, 'process', 'processes')}.",
    ]
    return "".join(f"- {line}\n" for line in lines)


def _updated(record: ModelRecord) -> str:
    updated, whole = (
        max((getattr(s, n) for s in record.stages), default=0) for n in ("parameters_updated", "parameters")
    )
    return f"{share(updated / whole)} of the parameters updated" if whole else "no parameters updated"


def _read(record: ModelRecord) -> str:
    read = sum(stage.tokens for stage in record.stages)
    seconds = sum(stage.seconds for stage in record.stages)
    seen = max((stage.notes_seen for stage in record.stages), default=0)
    left = max((stage.notes_left_out for stage in record.stages), default=0)
    batches = "".join(
        f" Each update read {tokens(stage.batch_tokens)} tokens of {thousands(stage.batch_notes)} notes on average."
        for stage in record.stages
        if stage.batch_tokens is not None and stage.batch_notes is not None
    )
    read_words = f"It read {thousands(read)} tokens of {thousands(seen)} notes in {duration(seconds)}"
    return f"{read_words}; it could not use {thousands(left)} training notes.{batches}"
