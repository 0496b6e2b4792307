"""The roles of a table's columns, guessed from their names and from figures of what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from wardspace.core.errors import CorpusError
from wardspace.corpus.guess.labels import Label, find_labels, same_matter
from wardspace.corpus.guess.table import Column, Table
from wardspace.corpus.schema import FIXED
from wardspace.corpus.split.split import known_split

RoleName = Literal[
    "text", "note_id", "patient_id", "time", "split", "label", "metadata", "query", "spans", "names", "left out"
]

_TEXT = (
    "text", "note", "notes", "transcription", "transcript", "narrative", "report", "body", "content", "document",
    "answer", "abstract", "befund", "befundtext", "bericht", "arztbrief", "freitext", "texte", "texto", "informe",
)  # fmt: skip
_NOTE = ("note", "report", "document", "text", "row", "study", "accession", "event")
_PATIENT = (
    "patient", "patients", "subject", "person", "mrn", "nhs", "pat", "pid", "patnr", "patid", "patientnr",
    "patientennummer", "patientenid", "pseudonym", "paciente",
)  # fmt: skip
_GROUP = (
    "document", "doc", "article", "pmid", "encounter", "admission", "hadm", "visit", "stay", "case", "episode",
    "dialogue", "text", "fall", "fallnr", "fallnummer", "aufnahme", "sejour",
)  # fmt: skip
_TIME = (
    "time", "date", "datetime", "timestamp", "when", "received", "charted", "chart", "written", "created",
    "recorded", "day", "datum", "zeitpunkt", "fecha",
)  # fmt: skip
_BIRTH = ("birth", "dob", "born", "birthdate")
_QUERY = ("question", "query", "title", "headline", "heading", "subject", "topic")
_PERSON = (
    "surname", "firstname", "lastname", "forename", "fullname", "clinician", "physician", "doctor", "author",
    "nurse",
)  # fmt: skip
_ID = (
    "id", "ids", "uid", "uuid", "guid", "key", "no", "nr", "number", "code", "mrn", "url", "accession",
)  # fmt: skip
_MOST_VALUES, _FEWEST_ROWS = 100, 4
"""A category has at most so many values, each on average in at least so many rows."""


@dataclass(frozen=True)
class Role:
    """The role of one column, and why."""

    column: str
    role: RoleName
    why: str


@dataclass
class Guess:
    """What a table is taken for."""

    table: Table
    roles: list[Role]
    """One for each column, in the order of the table."""
    time_format: str | None = None
    labels: list[Label] = field(default_factory=list)
    query: str | None = None
    """Column that notes are searched by."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of the guess as a whole."""

    def of(self, role: RoleName) -> list[str]:
        """Columns of a role."""
        return [one.column for one in self.roles if one.role == role]

    def one(self, role: RoleName) -> str | None:
        """The column of a role that only one can have."""
        return next(iter(self.of(role)), None)

    @property
    def text(self) -> Column:
        """The column of the notes."""
        return next(column for column in self.table.columns if column.name == self.one("text"))

    @property
    def ages(self) -> list[str]:
        """Metadata that are ages in years."""
        kept = self.of("metadata")
        return [one.name for one in self.table.columns if one.name in kept and _is_age(one)]


def guess(table: Table) -> Guess:
    """Guess the roles of all columns and what to predict.

    Raises
    ------
    CorpusError
        If no column holds text.
    """
    found: dict[str, Role] = {}
    made = Guess(table, [])

    def rest() -> list[Column]:
        return [column for column in table.columns if column.name not in found]

    def take(role: Role | None) -> None:
        if role:
            found[role.column] = role

    for column in rest():
        take(_empty_or_nested(column))
    take(_text(rest(), table))
    for column in rest():
        take(_persons(column) or _split(column))
    take(_patient(rest()))
    take(_note_id(rest()))
    take(_time(rest(), made))
    _categories(rest(), found, made)
    for column in rest():
        take(Role(column.name, "left out", _no_category(column)))
    made.roles = [found[column.name] for column in table.columns]
    _notes(made)
    return made


def _first(columns: Sequence[Column], words: Sequence[str]) -> Column | None:
    """The column whose name holds the earliest of some words."""
    return next((column for word in words for column in columns if word in column.name_words), None)


def _empty_or_nested(column: Column) -> Role | None:
    if not column.filled:
        return Role(column.name, "left out", "no value in it")
    if column.spans:
        taken = column.name in FIXED
        return Role(column.name, "left out" if taken else "spans", "lists of records with start and end")
    if column.nested:
        return Role(column.name, "left out", "lists or objects; several labels are read as text with a sign between")
    return None


def _text(columns: Sequence[Column], table: Table) -> Role:
    prose = [column for column in columns if column.prose and 10 * column.distinct >= column.filled]
    longest = max(prose, key=lambda column: column.letters / column.filled, default=None)
    named = [column for column in prose if column.named(_TEXT)]
    if longest:
        near = [column for column in named if 4 * column.letters / column.filled >= longest.letters / longest.filled]
        chosen = _first(near, _TEXT) or longest
        return Role(chosen.name, "text", f"the longest text: {chosen.mean_words:,.0f} words on average")
    # notes of a word or two are still notes where the name says so
    short = [column for column in columns if column.name_words in (["text"], ["note"]) and not column.numbers]
    if short:
        return Role(short[0].name, "text", "by its name")
    raise CorpusError(
        f"no column holds text (looked at {table.rows:,} rows of {len(table.columns)} columns)",
        where=table.path,
        fix="give the table that the notes stand in; if a column of short notes is one, call it `text`",
    )


def _persons(column: Column) -> Role | None:
    words = column.name_words
    joined = "".join(words)
    person = {"name", "names"} & set(words) and {"first", "last", "patient", "full", "family", "given"} & set(words)
    if person or words == ["name"] or any(word in joined for word in _PERSON):
        return Role(column.name, "names", "names of people: they are not kept, and can be taken out of the notes")
    return None


def _split(column: Column) -> Role | None:
    values = list(column.counts)
    if len(values) < 2 or not all(known_split(value) for value in values):
        return None
    return Role(column.name, "split", f"the source's own split: {', '.join(sorted(values))}")


def _is_key(column: Column) -> bool:
    """Whether the values are short and without blanks, as ids are."""
    return column.values is not None and not column.spaced and not column.time_formats


def _patient(columns: Sequence[Column]) -> Role | None:
    keys = [column for column in columns if _is_key(column) and column.distinct > 1]
    patient = _first([c for c in keys if c.named(_ID) or len(c.name_words) == 1], _PATIENT)
    if patient:
        return Role(patient.name, "patient_id", f"by its name; {patient.distinct:,} of them")
    repeated = [column for column in keys if column.distinct < column.filled and not column.running]
    group = _first([c for c in repeated if c.named([*_ID, "pmid"])], _GROUP)
    if group and group.filled > 0.9 * group.rows:
        why = f"{group.distinct:,} groups of rows that belong together: kept in one split"
        return Role(group.name, "patient_id", why)
    return None


def _note_id(columns: Sequence[Column]) -> Role | None:
    unique = [column for column in columns if _is_key(column) and column.unique]
    keys = [column for column in unique if column.named(_ID)]
    chosen = _first(keys, _NOTE) or next(iter(keys), None)
    chosen = chosen or next((column for column in unique if not column.numbers), None)
    return Role(chosen.name, "note_id", "in every row, and never twice") if chosen else None


def _time(columns: Sequence[Column], made: Guess) -> Role | None:
    times = [one for one in columns if one.time_formats and not one.named(_BIRTH) and 2 * one.filled > one.rows]
    chosen = _first(times, _TIME) or next(iter(times), None)
    if chosen is None:
        return None
    written = chosen.time_formats
    # prepare asks where two fit: a wrong order moves notes by months without a sign
    made.time_format = None if written[0] == "iso" or len(written) > 1 else written[0]
    why = "times as in ISO 8601" if written[0] == "iso" else f"times written as {written[0]}"
    if len(written) > 1:
        why += f" or {written[1]}: set time_format"
        made.notes.append(f"{chosen.name}: nothing tells whether day or month comes first; set time_format")
    return Role(chosen.name, "time", why)


def _categories(columns: Sequence[Column], found: dict[str, Role], made: Guess) -> None:
    """Labels, metadata and the column to search by."""
    several = [column for column in columns if column.name not in FIXED and column.values is not None]
    categories = [column for column in several if _is_category(column)]
    query = _first([c for c in columns if c.name not in FIXED and 2 * c.distinct > c.filled and c.spaced], _QUERY)
    made.labels = find_labels(several, categories, weak=query is None)
    if not made.labels and query:
        made.query = query.name
        found[query.name] = Role(query.name, "query", "a short text of each note's own, to find the note by")
    by_name = {column.name: column for column in columns}
    for label in made.labels:
        found[label.column] = Role(label.column, "label", label.why)
    for column in several:
        if column.name in found:
            continue
        told = next((why for one in made.labels if (why := same_matter(column, by_name[one.column], one))), None)
        if told and (column in categories or column.spaced):
            found[column.name] = Role(column.name, "left out", told)
        elif column in categories:
            kind = "ages" if _is_age(column) else f"{column.distinct:,} values"
            found[column.name] = Role(column.name, "metadata", f"{kind}, known without reading the note")


def _is_age(column: Column) -> bool:
    ages = column.numbers
    return "age" in column.name_words and bool(ages) and min(ages) >= 0 and max(ages) <= 130


def _is_category(column: Column) -> bool:
    if column.distinct < 2 or column.time_formats:
        return False
    if column.numbers and not _is_age(column):
        return not column.running and column.distinct <= 20 and all(number.is_integer() for number in column.numbers)
    enough = column.filled >= _FEWEST_ROWS * column.distinct or column.distinct == 2
    return _is_age(column) or (column.distinct <= _MOST_VALUES and enough)


def _no_category(column: Column) -> str:
    if column.name in FIXED:
        return "every corpus has a column of this name; rename it if it is needed"
    if column.time_formats:
        return "a time, and not that of the note"
    if column.numbers:
        return "a running number" if column.running else "numbers"
    if column.distinct < 2:
        return "the same value everywhere"
    return "a text of its own" if column.spaced else f"{column.distinct:,} values: too many for a category"


def _notes(made: Guess) -> None:
    if made.one("patient_id") is None:
        made.notes.append("no column names patients: notes of one patient may be shared out to several splits")
    if not made.labels and not made.query:
        made.notes.append("no column to predict: the study measures the space alone")
    if not made.table.whole:
        made.notes.append(f"looked at the first {made.table.rows:,} rows; --rows N looks at more")
