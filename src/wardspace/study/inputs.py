"""The content of a study's sources, so that a stage knows whether they have changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wardspace.config import CorpusConfig, SourceConfig, StudyConfig
from wardspace.core.files import file_digest
from wardspace.corpus import Corpus, readers
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


def corpus_settings(corpus: CorpusConfig) -> dict[str, Any]:
    """What a corpus depends on beside its files: not where these lie, nor how many processes read them."""
    return corpus.model_dump(mode="json", exclude={"workers": True, "source": {"path"}, "deidentify": {"review"}})


def source_content(source: SourceConfig) -> list[tuple[str, str]]:
    """Name and digest of each file or database the notes are read from (none for the synthetic ward).

    Raises
    ------
    CorpusError
        If there is no such file.
    """
    if source.path is None:
        return []
    return readers.source_content(source)


def encoder_source(study: StudyConfig, folder: RunFolder, name: str) -> str:
    """What `Encoder.load` opens for one of a study's encoders."""
    others = {model.name: model.model for model in study.compare}
    return study.base if name == "base" else others.get(name) or str(folder.model(name))


def base_content(resolved: str) -> list[tuple[str, str]]:
    """Name and digest of each file of a base model's folder; for a hub name, the name."""
    root = Path(resolved)
    if not root.is_dir():
        return [("hub", resolved)]
    return [(str(file.relative_to(root)), file_digest(file)) for file in sorted(root.rglob("*")) if file.is_file()]
