"""What every objective has in common in a study file, and what other rooms must know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from wardspace.config.section import Section


class ObjectiveSection(Section):
    """An objective of any kind; a new kind brings its own subclass.

    The methods below answer what the study file, the reader of notes, the report and the cards ask of an objective, so
    that none of them has to know which kinds there are.
    """

    kind: str
    """Name of the objective."""

    needs_metadata: ClassVar[bool] = False
    """Whether it can learn nothing from a corpus without metadata."""
    if_unusable: ClassVar[str] = "adapt to other notes, or leave the objective out"
    """What to do where it can use none of the notes."""

    def learned_from(self, metadata: Sequence[str]) -> list[str]:
        """Metadata columns that it learns from, of a corpus with these."""
        return []

    def named_columns(self) -> Mapping[str, Sequence[str]]:
        """Metadata columns that it names, by the key that does."""
        return {}

    def text_columns(self) -> Sequence[str]:
        """Columns that it reads as text, whose values must not appear in results."""
        return ()

    def category_columns(self) -> Sequence[str]:
        """Columns that it names for their categories, which may appear in results even where others read the text."""
        return ()

    def with_metadata(self, columns: Sequence[str]) -> Self:
        """The same objective, with these columns in the place of a word for all metadata."""
        return self

    def needs_words(self) -> bool:
        """Whether it must know which word each token belongs to."""
        return False

    def needs_offsets(self) -> bool:
        """Whether it must know which characters of the note each token stands for."""
        return False

    def other_texts(self) -> Sequence[str]:
        """Sources of texts that it reads beside the notes."""
        return ()

    def description(self, metadata: Sequence[str]) -> str:
        """What it does, in one sentence without its subject and full stop: `predicts hidden words …`.

        Parameters
        ----------
        metadata : sequence of str
            Metadata columns of the corpus.
        """
        return f"learns by the objective {self.kind}"
