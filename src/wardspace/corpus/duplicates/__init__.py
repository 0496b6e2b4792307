"""Duplicates that are not exact: editions of a note, near-duplicates within and across splits, copied paragraphs."""
