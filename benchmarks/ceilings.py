"""How fast could masked-word training be on this machine? Two ceilings beside the speed it has.

    python benchmarks/ceilings.py [--rounds 5]

The arithmetic ceiling: floating-point operations of a token, counted, at the speed of this machine's best matrix
product. The memory ceiling: bytes that every operation of a step reads and writes, counted as if nothing stayed in a
cache, at the speed of copying. The truth lies between: what fits a cache costs nothing, and no product of real shapes
runs as fast as the best. MiniLM, MLM, passes of 4,096 tokens, long notes (254 tokens) and short ones (51). The figures
go to benchmarks/results/ceilings.json.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

from shared import report
from shared.ours import setting_of
from wardspace.config import MlmConfig
from wardspace.models import LanguageModel, hardware
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.models.hardware import kept_memory
from wardspace.objectives import Reading, Unit, build
from wardspace.training.weights.gradients import Gradients
from wardspace.training.weights.optimiser import adamw
from wardspace.training.weights.processes import Processes

TOKENS = 4096
LENGTHS = (254, 51)
WINDOW = 512
_FREE = ("view", "reshape", "transpose", "permute", "t.default", "slice", "select", "expand", "detach", "as_strided")
"""Operations that only look at memory in another way."""
Shape = tuple[int, ...]


def _attention(query: Shape, key: Shape, value: Shape, *rest: Any, **options: Any) -> int:
    return int(sdpa_flop_count(query, key, value))


def _attention_backward(out: Shape, query: Shape, key: Shape, value: Shape, *rest: Any, **options: Any) -> int:
    return int(sdpa_backward_flop_count(out, query, key, value))


# torch counts its attention on GPUs and, without this, not that on CPUs
_ON_CPU: dict[Any, Any] = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
}


def operations(work: Callable[[], object]) -> int:
    """Floating-point operations of all matrix products, attention's own and backward passes included."""
    with FlopCounterMode(display=False, custom_mapping=_ON_CPU) as counter:
        work()
    return int(counter.get_total_flops())


class Traffic(TorchDispatchMode):
    """Adds up the bytes that operations read and write."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        if not any(name in str(func) for name in _FREE):
            tensors = [leaf for leaf in tree_leaves((args, kwargs, found)) if isinstance(leaf, torch.Tensor)]
            self.bytes += sum(tensor.numel() * tensor.element_size() for tensor in tensors)
        return found


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median seconds."""
    work()
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def best_product(dtype: torch.dtype, rounds: int) -> float:
    """Operations a second of the fastest of some square and tall products."""
    speeds = []
    for rows, inner, columns in ((2048, 2048, 2048), (4096, 1024, 1024), (4096, 384, 1536), (4096, 1536, 384)):
        left, right = torch.randn(rows, inner, dtype=dtype), torch.randn(inner, columns, dtype=dtype)
        seconds = timed(lambda left=left, right=right: left @ right, rounds)
        speeds.append(2 * rows * inner * columns / seconds)
    return max(speeds)


def copying(rounds: int) -> float:
    """Bytes a second, read and written, of a copy too large for any cache."""
    source = torch.ones(1 << 26)
    target = torch.empty_like(source)
    return 2 * source.numel() * source.element_size() / timed(lambda: target.copy_(source), rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds")
    parser.add_argument("--output", type=Path, default=report.RESULTS / "ceilings.json")
    options = parser.parse_args()
    where = torch.device("cpu")
    products = {
        "bf16": best_product(torch.bfloat16, options.rounds),
        "fp32": best_product(torch.float32, options.rounds),
    }
    bandwidth = copying(options.rounds)
    masked = LanguageModel.load("minilm")
    objective = build(MlmConfig(), masked, setting_of(masked, WINDOW)).train()
    words = objective.setting.vocabulary.replacements
    rows = []
    for precision in ("bf16", "fp32"):
        gradients = Gradients(
            objective, lambda p=precision: hardware.autocast(p, where), torch.Tensor.backward, Processes()
        )
        optimiser = adamw([objective], 1e-6, 0.01)
        for length in LENGTHS:
            random = np.random.default_rng(0)
            notes = [Unit(f"n{i}", random.choice(words, length - 2).astype(np.int32)) for i in range(TOKENS // length)]
            batch = objective.collate([Reading(note, 0) for note in notes])

            def step(batch: Any = batch, gradients: Gradients = gradients, optimiser: Any = optimiser) -> None:
                gradients.add(batch)
                torch.nn.utils.clip_grad_norm_(objective.parameters(), 1.0)
                optimiser.step()
                optimiser.zero_grad()

            with fast_cpu_training(objective), kept_memory(where):
                seconds = timed(step, options.rounds)
                flops = operations(step) / batch.tokens
                with Traffic() as traffic:
                    step()
            moved = traffic.bytes / batch.tokens
            speed = batch.tokens / seconds
            arithmetic, memory = products[precision] / flops, bandwidth / moved
            rows.append(
                {
                    "precision": precision,
                    "tokens_a_note": length,
                    "mflop_per_token": round(flops / 1e6, 1),
                    "mbyte_per_token": round(moved / 1e6, 2),
                    "arithmetic_ceiling": round(arithmetic),
                    "memory_ceiling": round(memory),
                    "both_in_turn": round(1 / (1 / arithmetic + 1 / memory)),
                    "tokens_per_second": round(speed),
                    "share_of_arithmetic": round(speed / arithmetic, 2),
                }
            )
    measured = {f"best_product_{name}_gflops": round(value / 1e9) for name, value in products.items()}
    measured["copying_gbytes"] = round(bandwidth / 1e9, 1)
    report.show("Ceilings of masked-word training, tokens a second", rows, str(measured))
    report.write(options.output, measured | {"rows": rows})


if __name__ == "__main__":
    main()
