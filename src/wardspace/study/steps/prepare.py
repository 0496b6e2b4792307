"""The first step: notes as they are stored become a corpus."""

from __future__ import annotations

from typing import Any, NamedTuple

from wardspace.config import CorpusConfig, StudyConfig
from wardspace.config.corpus.source import GIVEN
from wardspace.core.progress import say
from wardspace.core.wording import share
from wardspace.corpus import Corpus, Manifest, prepare, readers
from wardspace.corpus.annotation import Answers
from wardspace.corpus.corpus import MANIFEST, NOTES, REJECTS
from wardspace.corpus.review import Corrections
from wardspace.models import Encoder
from wardspace.models.files.loading import load_tokenizer, open_folder
from wardspace.models.vocabulary_fit import vocabulary_fit
from wardspace.report.wording import counted
from wardspace.study.folder import RunFolder
from wardspace.study.run import Run

SYNTHETIC = "The notes are synthetic: these figures show that the tool works, and are no findings."
"""Shown with every figure of a synthetic ward."""
LOOKED_AT = 300
"""Training notes that tell whether the base's vocabulary fits."""
UNREAD = 0.03
"""Share of words, unknown or spelled, from which on a study warns."""


class Prepared(NamedTuple):
    """The corpus of a run."""

    corpus: Corpus
    key: str
    """Digest of everything it was made of."""
    warnings: list[str]
    """What the base's vocabulary makes of the notes, where it does not fit them."""


def prepare_corpus(run: Run, *, apply_review: bool = True) -> Prepared:
    """Read, clean, deduplicate and split the notes.

    Parameters
    ----------
    run : Run
        The study and its folder.
    apply_review : bool
        Whether a corpus that lacks nothing but the latest judgements of a review is prepared again for them.
    """
    asked, folder = _with_review(run.config.corpus, run.folder), run.folder.corpus

    def work() -> str:
        counter = Encoder.load(run.config.base, run.config.encoder).token_counter
        made = prepare(asked, folder, tokens=counter, engine=run.config.engine, show_progress=run.show_progress)
        say(f"  took {', '.join(f'{s:.0f} s to {step}' for step, s in made.manifest.seconds.items())}")
        return made.content_hash

    content = readers.source_content(asked.source)
    inputs = [_settings(asked), content, run.base_files]
    outputs = [folder / name for name in (MANIFEST, NOTES, REJECTS)]
    held = [*inputs, _applied_review(run.folder)]
    if apply_review or not run.stages.stands("prepare", held, outputs):
        corrections = Corrections.asked(asked.deidentify)
        held = [*inputs, corrections.digest if corrections else None]
    _, key = run.stages.once("prepare", held, outputs, work)
    corpus = Corpus.open(folder)
    say(_told(corpus.manifest))
    for warning in [SYNTHETIC] * corpus.manifest.synthetic + corpus.manifest.warnings:
        say(f"  note: {warning}")
    unread = _unread(corpus, run.config)
    for warning in unread:
        say(f"  note: {warning}")
    return Prepared(_annotated(corpus, asked), key, unread)


def _annotated(corpus: Corpus, asked: CorpusConfig) -> Corpus:
    """The corpus with the columns that people fill."""
    if not asked.annotations:
        return corpus
    answers = Answers.of(corpus, asked.annotations)
    for line in answers.lines():
        say(f"  {line}")
    return corpus.with_overlay(answers)


def _unread(corpus: Corpus, study: StudyConfig) -> list[str]:
    """A warning where the base's vocabulary reads more than a small share of the words as unknown or by letters."""
    first = next(corpus.batches(["text"], ["train"], rows=LOOKED_AT), None)
    texts = [] if first is None else first["text"].to_pylist()
    fit = vocabulary_fit(load_tokenizer(open_folder(study.base)), texts)
    if fit.unknown + fit.spelled <= UNREAD:
        return []
    return [
        f"the base's vocabulary does not fit these notes: of {fit.words:,} words in {len(texts)} notes "
        f"it reads {share(fit.unknown)} as unknown and {share(fit.spelled)} letter by letter; a base that was trained "
        "on their language will do better"
    ]


def _with_review(corpus: CorpusConfig, folder: RunFolder) -> CorpusConfig:
    """The corpus section with the run folder's own judgements, where the study names no others and there are some."""
    asked = corpus.deidentify
    if asked is None or asked.review or not folder.review.is_file():
        return corpus
    return corpus.model_copy(update={"deidentify": asked.model_copy(update={"review": str(folder.review)})})


def _applied_review(folder: RunFolder) -> str | None:
    """Digest of the judgements that the corpus in the folder was made with; None where it was made with none."""
    if not (folder.corpus / "corpus.json").is_file():
        return None
    steps = Corpus.open(folder.corpus).manifest.steps
    found: list[str | None] = [step.get("review") for step in steps if step["step"] == "deidentify"]
    return found[0] if found else None


def _settings(corpus: CorpusConfig) -> dict[str, Any]:
    """What a corpus depends on besides its files: not where these lie, nor how many processes read them."""
    return corpus.model_dump(
        mode="json",
        exclude={"workers": True, "annotations": True, "source": {"path", *GIVEN}, "deidentify": {"review"}},
    )


def _told(manifest: Manifest) -> str:
    """How many notes were kept, and how many rows were left out for which reason."""
    counts = manifest.counts
    left_out = ", ".join(f"{count:,} {kind}" for kind, count in counts["rejects"].items())
    told = f"{left_out} (each with its reason in corpus/rejects.parquet)" if left_out else "none"
    notes, rows = counted(counts["notes"], "note"), counted(counts["rows_read"], "row")
    return f"  {notes} kept of {rows}; left out: {told}{_times(manifest)}"


def _times(manifest: Manifest) -> str:
    """How times were read that are not written as in ISO 8601."""
    converted = manifest.statistics.get("values", {}).get("times", {}).get("converted", {})
    told = ", ".join(f"{count:,} {form}" for form, count in converted.items())
    return f"\n  times read and stored as ISO 8601: {told}" if told else ""
