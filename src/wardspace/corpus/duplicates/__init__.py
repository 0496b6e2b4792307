"""Duplicates that are not exact: versions of a note, near-duplicates within and across splits, copied paragraphs."""
