"""What a model is for, what it is not for, and how it is used and cited."""

from __future__ import annotations

INTENDED = """\
Vectors of clinical notes like those it was adapted to, at the organisation they come from: finding similar notes,
grouping them, and as the input of classifiers that are trained and checked there.
"""
OUT_OF_SCOPE = """\
- Decisions about a patient without a person who answers for them: it was tested on the tasks below and on nothing else.
- Notes of other organisations, other languages or other kinds without a test on them.
- Telling who a note is about, or getting back what it was trained on.
- Handing the weights to anyone who may not read the notes.
"""
HOW = """\
```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("this-folder")
vectors = model.encode(notes)  # [notes, dimension]
```

Notes longer than its window are cut by sentence-transformers; `wardspace embed` reads them in windows that overlap.
"""
CITATION = """\
The methods follow Taylor et al., *Developing Healthcare Language Model Embedding Spaces* (2024, arXiv:2403.19802), and
Giorgi et al., *DeCLUTR: Deep Contrastive Learning for Unsupervised Textual Representations* (ACL 2021). The software is
wardspace {version}; its CITATION.cff says how to cite it.
"""
