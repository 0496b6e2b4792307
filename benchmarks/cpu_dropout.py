"""What does the package's CPU dropout and attention save? Tokens a second of masked-word training, both ways.

    python benchmarks/cpu_dropout.py [--repeats 3]

Trains MiniLM on random tokens, first with torch's dropout and attention, then with `encoders.quicken`, in turns, on
batches of 8,192 tokens: long notes (254 tokens) and short ones (51). Prints the median of each and their ratio; the
figures are also written to benchmarks/results/cpu_dropout.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from contextlib import nullcontext
from pathlib import Path

import torch

from wardspace.models import LanguageModel, hardware
from wardspace.models.attention.fast_cpu_training import fast_cpu_training

RESULT = Path(__file__).parent / "results" / "cpu_dropout.json"
SHAPES = ((32, 254), (160, 51))
CPU = torch.device("cpu")


def tokens_per_second(masked: LanguageModel, optimiser: torch.optim.Optimizer, shape: tuple[int, int]) -> float:
    ids = torch.randint(1_000, 30_000, shape)
    chosen = torch.rand(shape) < 0.15
    start = time.perf_counter()
    with hardware.autocast("auto", CPU):
        logits = masked.logits(masked.hidden(ids, torch.ones_like(ids))[chosen])
    torch.nn.functional.cross_entropy(logits.float(), ids[chosen]).backward()
    optimiser.step()
    optimiser.zero_grad()
    return ids.numel() / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="timed steps of each kind")
    repeats = parser.parse_args().repeats
    masked = LanguageModel.load("minilm").train()
    optimiser = torch.optim.AdamW(masked.parameters(), lr=1e-6)
    rows = []
    print(f"{'notes':>6} {'tokens':>7} {'torch tok/s':>12} {'quick tok/s':>12} {'ratio':>6}")
    for shape in SHAPES:
        times: dict[str, list[float]] = {"torch": [], "quick": []}
        for repeat in range(repeats + 1):
            for name, context in (("torch", nullcontext()), ("quick", fast_cpu_training(masked))):
                with context:
                    found = tokens_per_second(masked, optimiser, shape)
                if repeat:  # the first of each warms up
                    times[name].append(found)
        torch_speed, quick_speed = (statistics.median(times[name]) for name in ("torch", "quick"))
        rows.append({"shape": shape, "torch": round(torch_speed), "quick": round(quick_speed)})
        print(
            f"{shape[0]:>6} {shape[1]:>7} {torch_speed:>12,.0f} {quick_speed:>12,.0f} {quick_speed / torch_speed:>6.2f}"
        )
    device = hardware.describe("auto", CPU)
    machine = {"machine": platform.machine(), "torch": torch.__version__, "device": device}
    RESULT.write_text(json.dumps(machine | {"steps": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
