"""Floating-point operations of training, counted while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Operations:
    """Floating-point operations of a token that is trained on: matrix products, a product and a sum counted as two.

    Parameters
    ----------
    needed : float
        Of one forward and one backward pass: what the model takes, whoever trains it.
    done : float
        With what is worked out twice: a contrast that takes several passes reads every note a second time.
    """

    needed: float
    done: float


def operations(work: Callable[[], object]) -> int:
    """Floating-point operations of some work: all matrix products, attention's own and backward passes included.

    Additions, norms, softmax and dropout are not counted, as is usual; they are a few in a hundred.
    """
    with FlopCounterMode(display=False, custom_mapping=_CPU_ATTENTION) as counter:
        work()
    return int(counter.get_total_flops())


def _attention(query: Shape, key: Shape, value: Shape, *rest: Any, **options: Any) -> int:
    return int(sdpa_flop_count(query, key, value))  # type: ignore[no-untyped-call]


def _attention_backward(out: Shape, query: Shape, key: Shape, value: Shape, *rest: Any, **options: Any) -> int:
    return int(sdpa_backward_flop_count(out, query, key, value))  # type: ignore[no-untyped-call]


# torch counts its attention on GPUs and, without this, not that on CPUs
_CPU_ATTENTION: dict[Any, Any] = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
}
