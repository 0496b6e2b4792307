"""Where the notes are, and how they are stored."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

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
    "sentences",
    "squad",
    "ward",
]
"""How notes are stored: `auto`, and every name in `wardspace.corpus.readers.FORMATS`."""

GIVEN = ("train", "validation", "test")
"""Keys of a source that is given split by split."""

Quotes = Literal["auto", "doubled", "backslash"]


class WardConfig(Section):
    """The synthetic ward, made when the source format is `ward`."""

    patients: int = Field(2000, ge=1)
    """How many patients to make (about three notes each)."""
    seed: int = 7
    """Seed of the generator: the same seed gives the same notes."""
    assertions: bool = False
    """Add sentences about what is past, what may come and what relatives have, for tasks of kind `assertions`; all else
    in the notes stays as it is."""


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
