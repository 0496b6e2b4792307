"""Reading a layout in padded rectangles: for families that do not read sequences end to end, and for decoders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from wardspace.models.attention.packing import Layout, from_rectangles


@dataclass(frozen=True)
class Memory:
    """What a decoder looks at: the encoder's vectors of some sequences.

    Parameters
    ----------
    vectors : Tensor [t, d]
        Vectors of all tokens.
    layout : Layout
        Where each sequence begins and ends.
    sources : int64 Tensor [n]
        For each sequence to decode, the one in `layout` that it looks at.
    """

    vectors: torch.Tensor
    layout: Layout
    sources: torch.Tensor

    def padded(self, some: slice) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors [count, width, d] for some of the sequences to decode, and their mask, int64 [count, width]."""
        sources = self.sources[some]
        lengths, starts = self.layout.lengths[sources], self.layout.starts[sources]
        columns = torch.arange(int(lengths.max()), device=lengths.device)
        real = columns < lengths[:, None]
        return self.vectors[starts[:, None] + columns * real], real.long()


def read_padded(encoder: Any, ids: torch.Tensor, layout: Layout, pad: int) -> torch.Tensor:
    """Vectors of an encoder's last layer [t, d], one rectangle after the other."""
    hidden = [
        encoder(input_ids=rows, attention_mask=mask, **types).last_hidden_state.flatten(0, 1)
        for (rows, mask, _), types in zip(_rectangles(ids, layout, pad), _types(layout), strict=True)
    ]
    return from_rectangles(torch.cat(hidden), layout)


def decode_padded(decoder: Any, ids: torch.Tensor, layout: Layout, memory: Memory, pad: int) -> torch.Tensor:
    """Vectors of a decoder's last layer [t, d]; each sequence looks at its own part of the memory."""
    hidden: list[torch.Tensor] = []
    for rows, mask, some in _rectangles(ids, layout, pad):
        seen, seen_mask = memory.padded(some)
        output = decoder(
            input_ids=rows,
            attention_mask=mask,
            encoder_hidden_states=seen,
            encoder_attention_mask=seen_mask,
            use_cache=False,
        )
        hidden.append(output.last_hidden_state.flatten(0, 1))
    return from_rectangles(torch.cat(hidden), layout)


def _types(layout: Layout) -> Iterator[dict[str, torch.Tensor]]:
    """What is said of the token types of each rectangle."""
    if layout.types is None:
        return ({} for _ in layout.rectangles)
    return ({"token_type_ids": rows} for rows, _, _ in _rectangles(layout.types, layout, 0))


def _rectangles(ids: torch.Tensor, layout: Layout, pad: int) -> Iterator[tuple[torch.Tensor, torch.Tensor, slice]]:
    """Ids [count, width] and mask of each rectangle, and which of the sequences it holds."""
    spread = ids[layout.spread]
    first = 0
    for rectangle in layout.rectangles:
        rows = spread[rectangle.places].view(rectangle.count, rectangle.width)
        mask = torch.ones_like(rows) if rectangle.mask is None else rectangle.mask[:, 0, 0].long()
        yield rows.masked_fill(mask == 0, pad), mask, slice(first, first + rectangle.count)
        first += rectangle.count
