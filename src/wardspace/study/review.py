"""Which judgements of a review a study's corpus is made with."""

from __future__ import annotations

from wardspace.config import CorpusConfig
from wardspace.corpus import Corpus
from wardspace.corpus.review import Corrections
from wardspace.study.folder import RunFolder


def with_review(corpus: CorpusConfig, folder: RunFolder) -> CorpusConfig:
    """The corpus section with the run folder's own judgements, where the study names no others and there are some."""
    asked = corpus.deidentify
    if asked is None or asked.review or not folder.review.is_file():
        return corpus
    return corpus.model_copy(update={"deidentify": asked.model_copy(update={"review": str(folder.review)})})


def review_content(corpus: CorpusConfig) -> str | None:
    """Digest of the judgements that a corpus section names; None where there are none.

    Raises
    ------
    CorpusError
        If there is no such file, or a line of it is no judgement.
    """
    corrections = Corrections.asked(corpus.deidentify)
    return corrections.digest if corrections else None


def applied_review(folder: RunFolder) -> str | None:
    """Digest of the judgements that the corpus in the folder was made with; None where it was made with none."""
    if not (folder.corpus / "corpus.json").is_file():
        return None
    steps = Corpus.open(folder.corpus).manifest.steps
    found: list[str | None] = [step.get("review") for step in steps if step["step"] == "deidentify"]
    return found[0] if found else None
