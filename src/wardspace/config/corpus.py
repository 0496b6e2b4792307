"""The corpus section: where the notes are and what becomes of them before any model sees them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from wardspace.config.annotated import AnnotatedConfig
from wardspace.config.section import Section

SourceFormat = Literal[
    "auto",
    "csv",
    "tsv",
    "parquet",
    "jsonl",
    "mimic-iii",
    "mimic-iv-note",
    "omop",
    "meds",
    "fhir",
    "brat",
    "pubtator",
    "conll",
    "squad",
    "ward",
]
"""How notes are stored: `auto`, and every name in `wardspace.corpus.readers.FORMATS`."""

GIVEN = ("train", "validation", "test")
"""Keys of a source that is given split by split."""
Quotes = Literal["auto", "doubled", "backslash"]

IdentifierType = Literal[
    "NAME", "DATE", "AGE", "MRN", "NHS", "SSN", "ID", "PHONE", "EMAIL", "URL", "IP", "ADDRESS", "PLACE", "HOSPITAL",
    "REDACTED",
]  # fmt: skip
"""Kinds of identifiers; REDACTED is what was taken out before the notes came here without saying what it was."""

Operator = Literal["remove", "tag", "mask", "surrogate"]
"""What becomes of an identifier."""


class WardConfig(Section):
    """The synthetic ward, made when the source format is `ward`."""

    patients: int = Field(2000, ge=1)
    """How many patients to make (about three notes each)."""
    seed: int = 7
    """Seed of the generator: the same seed gives the same notes."""


class MedsConfig(Section):
    """Which events are notes, where the source format is `meds`."""

    codes: list[str] = []
    """Beginnings of the codes that mark a note, such as `NOTE//`; empty takes every event with a text."""


class OmopConfig(Section):
    """The tables of a database, where the source format is `omop`."""

    cdm_schema: str | None = None
    """Schema that holds NOTE and the tables it is joined with; null takes the connection's own."""


class LimitsConfig(Section):
    """What one file may ask of the machine: a packed file of a few megabytes can hold terabytes."""

    unpacked_bytes: int = Field(100_000_000_000, ge=1)
    """A packed file (`.gz`, the pages of Parquet) is read as far as this many bytes."""
    ratio: int = Field(200, ge=1)
    """A packed file is read as long as it holds no more than this many times its own size; the first 64 MiB pass."""
    row_characters: int = Field(64 * 2**20, ge=1)
    """A row or document with more characters than this is left out before it is in memory."""


class SourceConfig(Section):
    """Where the notes are."""

    path: str | None = None
    """A file, a folder or a glob; for `omop` also the URL of a database; null for the synthetic ward and for a source
    that is given split by split."""
    train: str | None = None
    """The notes of the training split, in the place of `path`: a file, a folder or a glob, as the next two."""
    validation: str | None = None
    """Those of the validation split; null takes its patients from those of `train`."""
    test: str | None = None
    """Those of the test split."""
    format: SourceFormat = "auto"
    """How the notes are stored; `auto` uses the file's name and recognises only tables (csv, tsv, parquet, jsonl).
    Files may be gzipped (`.gz`)."""
    encoding: str = "auto"
    """Text encoding of files of text, of binary columns of Parquet, and of FHIR attachments that name none; `auto`
    detects it and says what it took."""
    delimiter: str | None = None
    """The character between the fields of a CSV or TSV file; null takes the one under which the columns are found."""
    quotes: Quotes = "auto"
    """How a quote within a quoted field of a CSV or TSV file is written: `doubled` (two quotes), `backslash` (as MySQL
    exports), or whichever fits more rows."""
    limits: LimitsConfig = LimitsConfig()
    """How large a file or row may be."""
    ward: WardConfig = WardConfig()
    """Size and seed of the synthetic ward."""
    omop: OmopConfig = OmopConfig()
    """Where the tables of an OMOP database are."""
    meds: MedsConfig = MedsConfig()
    """Which events of a MEDS data set are notes."""

    _split: str = PrivateAttr("")

    @property
    def split(self) -> str:
        """The split that these notes are, where the source is one of `parts`; empty for any other."""
        return self._split

    @property
    def by_split(self) -> bool:
        """Whether the source is given split by split."""
        return any(getattr(self, name) is not None for name in GIVEN)

    def parts(self) -> list[SourceConfig]:
        """A source with one path for each that is given; none for the synthetic ward."""
        found = [] if self.path is None else [self]
        for name in GIVEN:
            if (path := getattr(self, name)) is not None:
                part = self.model_copy(update={"path": path, **dict.fromkeys(GIVEN)})
                part._split = name
                found.append(part)
        return found

    @model_validator(mode="after")
    def _is_one_source(self) -> SourceConfig:
        given = {name: getattr(self, name) for name in GIVEN if getattr(self, name) is not None}
        if not given:
            return self
        if self.path is not None:
            raise ValueError(f"give either path or {', '.join(given)}")
        if self.format == "ward":
            raise ValueError(f"the synthetic ward is made, not read: leave out {', '.join(given)}")
        if len(given) == 1 or "train" not in given:
            raise ValueError("give train and at least one of validation and test; one file alone is a path")
        if len(set(given.values())) < len(given):
            raise ValueError(f"one path is given for several of {', '.join(given)}")
        return self

    @field_validator("delimiter")
    @classmethod
    def _is_a_delimiter(cls, delimiter: str | None) -> str | None:
        found = "\t" if delimiter == "\\t" else delimiter  # YAML takes an unquoted \t as two characters
        if found is not None and (len(found) != 1 or found in '"\r\n\0\\' or not found.isascii()):
            raise ValueError('a delimiter is one ASCII character, such as ";" or "\\t", and no quote or line break')
        return found


class ColumnsConfig(Section):
    """Which column plays which role."""

    note_id: str | None = "note_id"
    """Unique name of a note; null numbers the notes by file and row."""
    patient_id: str | None = None
    """The patient a note is about: splits and intervals group by it."""
    time: str | None = None
    """When the note was written."""
    time_format: str | None = None
    """How times are written, such as `%m/%d/%Y` (Python's strptime), where the values do not tell; null takes common
    forms from the column. Times are stored as ISO 8601; one that cannot be read stays as it is."""
    text: str = "text"
    """The note itself."""
    split: str | None = None
    """The source's own split (train, validation, test or a usual synonym), kept as it is; null shares patients out."""
    metadata: list[str] = []
    """Columns known without a reader's effort (note type, ward): objectives may learn from them."""
    labels: list[str] = []
    """Columns that tasks predict."""
    spans: list[str] = []
    """Columns of marked spans (lists of records with `start` and `end` in characters of the text)."""

    @field_validator("time_format")
    @classmethod
    def _is_a_format(cls, time_format: str | None) -> str | None:
        if time_format is not None:
            a_day = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
            try:
                datetime.strptime(a_day.strftime(time_format), time_format)
            except ValueError as error:
                raise ValueError("this is no format of strptime; write one such as %m/%d/%Y") from error
        return time_format


class CleanConfig(Section):
    """Steps of cleaning, in the order in which they are applied; each is optional."""

    base64: bool = False
    """Unpack notes that are nothing but base64 of readable text, before all other steps; not for notes with spans."""
    html: bool = False
    """Turn notes with HTML tags into text, before de-identification; notes without tags keep their line breaks and
    lose only character references (`&amp;`). HTML that was escaped (`&lt;p&gt;`) is HTML too."""
    rtf: bool = False
    """Turn notes that are RTF into text, before de-identification; not for notes with spans, whose places it cannot
    follow."""
    unicode: bool = True
    """Compose characters (Unicode NFC)."""
    controls: bool = True
    """Drop control characters other than line breaks and tabs."""
    line_ends: bool = True
    """Turn CR LF, CR, form feeds and other line breaks into LF."""
    trailing_space: bool = True
    """Drop blanks at the end of lines."""
    blank_lines: bool = True
    """Keep at most one empty line in a row, none at the start or end."""
    deidentified_spans: bool = False
    """Delete `[** … **]` spans, as the embedding-space study does for MIMIC-III."""
    headers: list[str] = []
    """Phrases to delete wherever they are (letter heads, disclaimers)."""
    rules: bool = False
    """Delete lines made of dashes, equals signs, underscores or asterisks."""
    list_numerals: bool = False
    """Delete numerals of list items at the start of lines (`1.`, `2)`)."""
    titles: bool = False
    """Expand `dr.` to `doctor` and `m.d.` to `md`, so that their full stops end no sentence."""
    newlines: bool = False
    """Turn line breaks into blanks and collapse runs of blanks."""
    lowercase: bool = False
    """Lower-case the text."""


class DeidentifyConfig(Section):
    """How identifiers are found and what becomes of them."""

    detectors: list[Literal["rules", "mimic", "known_names", "presidio"]] = ["rules", "mimic", "known_names"]
    """Who looks: clinical rules, marks of MIMIC, names known per patient, Presidio with spaCy (extra `deid`)."""
    name_columns: list[str] = []
    """Columns with names of the note's patient, which are always found in it; they are read, and not kept."""
    threshold: float = Field(0.5, ge=0, le=1)
    """Findings less sure than this are left alone."""
    operator: Operator = "tag"
    """`remove`, `tag` (as `[NAME]`), `mask` (asterisks of the same length) or `surrogate` (invented, consistent)."""
    by_type: dict[IdentifierType, Operator] = {}
    """Other operators for single types, as `{DATE: surrogate}`."""
    review: str | None = None
    """File of a person's judgements (`prepare --review` writes it): notes judged there get that person's redactions.
    Null takes `review.jsonl` of the run folder where it is there."""
    key_file: str | None = None
    """File of the secret behind the surrogates, made if it is not there; it must lie outside the corpus folder."""
    day_first: bool = False
    """Whether 4/5/23 is the 4th of May when dates are shifted (in the UK it is)."""
    max_shift_days: int = Field(365, ge=1, le=36500)
    """A patient's dates are shifted by one number of days, at most this many back or forth and never none."""
    valid_nhs_numbers: bool = True
    """Whether invented NHS numbers have a right check digit; they are of the range 999, which is given to nobody."""

    def operator_of(self, kind: str) -> Operator:
        """What becomes of identifiers of a type."""
        for name, operator in self.by_type.items():
            if name == kind:
                return operator
        return self.operator

    @property
    def needs_key(self) -> bool:
        """Whether anything is replaced by surrogates."""
        return "surrogate" in (self.operator, *self.by_type.values())


class MissingConfig(Section):
    """Words that say that a value is missing, compared as they are written: case counts."""

    words: list[str] = ["NULL", "null", "(null)", "[NULL]", "\\N", "nan", "NaN", "NaT", "<NA>", "#N/A"]
    """Mean a missing value in every column, and an empty note where its text is nothing else. A number (-99) is a word
    too."""
    words_outside_categories: list[str] = ["None", "NA", "N/A", "n/a"]
    """The same, but in labels and metadata, where they may be a class of their own."""

    @field_validator("words", "words_outside_categories", mode="before")
    @classmethod
    def _as_written(cls, words: Any) -> Any:
        """Words that YAML itself takes for nothing or for a number (`NULL`, `.nan`, `-99`)."""
        if not isinstance(words, list):
            return words
        found: list[Any] = []
        for word in words:
            if word is None:
                found += ["NULL", "null"]
            elif isinstance(word, float) and math.isnan(word):
                found += ["nan", "NaN"]
            else:
                found.append(str(word) if isinstance(word, int | float) and not isinstance(word, bool) else word)
        return list(dict.fromkeys(found)) if all(isinstance(word, str) for word in found) else found


class RejectConfig(Section):
    """When a note is left out (always with its reason, in rejects.parquet)."""

    min_characters: int = Field(1, ge=1)
    """Notes shorter than this after cleaning are left out."""
    max_bytes: int = Field(5_000_000, ge=1)
    """Notes longer than this in UTF-8 are left out: they are exports gone wrong, not notes."""


class VersionsConfig(Section):
    """What tells that two notes are versions of one; notes that lack any of it are all kept."""

    time: str | None = None
    """Column of the time that versions share; null takes `corpus.columns.time`."""
    category: str | None = None
    """Column of the kind of note; null leaves it out of the comparison."""
    caregiver: str | None = None
    """Column of who wrote it; null leaves it out of the comparison."""
    stored: str | None = None
    """Column of when it was stored (ISO 8601, or a number): the last is kept. Null uses the order of rows."""


class DeduplicateConfig(Section):
    """Which copies are left out."""

    exact: bool = True
    """Leave out a note whose normalised text (case, blanks and punctuation aside) was seen before."""
    versions: VersionsConfig | None = None
    """Of notes of one patient, time, category and caregiver keep the one stored last; `{}` turns it on, null off."""
    near: float | None = Field(None, ge=0.3, le=1)
    """Leave out near-duplicates of a kept note: the least Jaccard similarity of their shingles; null is off."""
    report_near: float | None = Field(0.8, ge=0.3, le=1)
    """Look for near-duplicates between splits, from this similarity on; null is off."""
    across_splits: Literal["remove", "report"] = "remove"
    """What becomes of training notes near to one of validation or test: left out, or counted only."""
    shingle: int = Field(3, ge=1, le=20)
    """Words of a shingle."""
    copied_forward: Literal["report", "remove", "off"] = "report"
    """Paragraphs that stood in an earlier note of the same patient: count, cut from the later note, or off."""
    paragraph_words: int = Field(20, ge=1)
    """Copied paragraphs of fewer words are passed over."""


class SplitConfig(Section):
    """How notes are shared out: by patient where there is one (else by note), or by time."""

    by: Literal["patient", "time"] = "patient"
    """`patient` by a hash of the patient. `time` takes the latest notes for the test and those before them for
    validation; notes of patients who are in an earlier period are left out of the later ones."""
    validation: float = Field(0.1, gt=0, lt=1)
    """Share for choosing between models and settings."""
    test: float = Field(0.2, gt=0, lt=1)
    """Share that is looked at once."""
    seed: int = 13
    """Seed of the split."""
    stratify: str | None = None
    """Column whose values are shared out evenly as far as patients allow; null takes the first label."""

    @model_validator(mode="after")
    def _leaves_training_notes(self) -> SplitConfig:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together leave nothing to train on; let their sum be below 1")
        return self


class CorpusConfig(Section):
    """From the notes as they are stored to a corpus folder."""

    source: SourceConfig = SourceConfig()
    """Where the notes are."""
    columns: ColumnsConfig = ColumnsConfig()
    """Which column plays which role."""
    missing: MissingConfig = MissingConfig()
    """Words that say that a value is missing."""
    deidentify: DeidentifyConfig | None = None
    """Take out what identifies people, before anything is cleaned; `{}` does it as its defaults say, null does not."""
    clean: CleanConfig = CleanConfig()
    """Steps of cleaning."""
    reject: RejectConfig = RejectConfig()
    """When a note is left out."""
    deduplicate: DeduplicateConfig = DeduplicateConfig()
    """Which copies are left out."""
    split: SplitConfig = SplitConfig()
    """How notes are shared out."""
    annotations: dict[str, AnnotatedConfig] = {}
    """Columns that people fill with `wardspace annotate`, by name: tasks read them as they read columns of the source.
    Where the source has such a column too, an annotated note's value takes the place of the source's."""
    workers: int | None = Field(None, ge=0)
    """Processes for cleaning and de-identification besides the one that reads and writes (null: one for each core
    if notes are de-identified, else none, because cleaning alone is faster without)."""
    sample: int | None = Field(None, ge=1)
    """Keep at most this many notes, drawn by seed and note id; null keeps all."""

    def annotated(self, kind: Literal["spans", "label"]) -> list[str]:
        """Columns of a kind that people fill."""
        return [name for name, column in self.annotations.items() if column.kind == kind]

    def unused(self) -> list[str]:
        """Keys that were set and would have no effect, each with the reason."""
        tables = ("auto", "csv", "tsv")
        found = {
            f"corpus.source.{key}": f"with corpus.source.format: {self.source.format}"
            for key in ("delimiter", "quotes")
            if getattr(self.source, key) != getattr(SourceConfig(), key) and self.source.format not in tables
        }
        if self.source.by_split:
            found |= {"corpus.columns.split": "with corpus.source.train"} if self.columns.split is not None else {}
        if self.split.by == "time":
            by_time = {
                "corpus.split.stratify": self.split.stratify is not None,
                # a sample is drawn by the same seed
                "corpus.split.seed": self.split.seed != SplitConfig().seed and self.sample is None,
                "corpus.columns.split": self.columns.split is not None,
                "corpus.source.train": self.source.by_split,
            }
            found |= {key: "with corpus.split.by: time" for key, is_set in by_time.items() if is_set}
        return [f"{key}: it has no effect {why}; leave it out" for key, why in found.items()]
