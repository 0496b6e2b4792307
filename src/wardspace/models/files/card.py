"""The short README.md of a saved encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wardspace.models.encoder import Encoder

_CARD = """---
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, feature-extraction, clinical]
---

# {family} encoder, {dimension} dimensions

Written by wardspace. It turns a note into a vector of {dimension} numbers{scaled}.

- architecture: {family}, {parameters:,} parameters
- pooling: {pooling}
- window: {window} tokens. sentence-transformers cuts longer notes there; `wardspace.models.Encoder` reads them in
  windows that overlap by {overlap:.3g} of their length and takes the mean, weighted by tokens.

```python
from sentence_transformers import SentenceTransformer

vectors = SentenceTransformer("path/to/this/folder").encode(notes)
```

This card was written without knowledge of how the weights were trained or scored. If they were adapted to patients'
notes, treat the weights as you treat the notes: a language model can repeat what it was trained on.
"""


def short_card(encoder: Encoder) -> str:
    """Describe what can be read off the encoder itself, and nothing else."""
    pooling = {"mean": "mean over tokens, padding left out", "cls": "first token"}
    return _CARD.format(
        family=encoder.model.config.model_type,
        dimension=encoder.dimension,
        scaled=" of length one" if encoder.normalise else "",
        parameters=sum(parameter.numel() for parameter in encoder.model.parameters()),
        pooling=pooling[encoder.pooling],
        window=encoder.window,
        overlap=encoder.overlap,
    )
