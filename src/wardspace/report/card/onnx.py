"""The card of a model that is exported as ONNX graphs."""

from __future__ import annotations

from wardspace.report.card.card import HOW

_ONNX_HOW = """\
```python
from wardspace import OnnxEncoder

model = OnnxEncoder.load("this-folder")  # tests itself on this processor; variant="fp32" or "int8" to choose
vectors = model.encode(notes)  # [notes, dimension]
```

It takes ONNX Runtime and neither PyTorch nor transformers, and reads long notes in overlapping windows. `onnx.json`
says what the graphs take and give.
"""


def onnx_card(card: str) -> str:
    """The card of a Sentence-Transformers folder, for the same model as ONNX."""
    return card.replace(HOW, _ONNX_HOW).replace("library_name: sentence-transformers", "library_name: onnx", 1)
