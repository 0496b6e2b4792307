"""Sentences: which labels each sentence of a note has."""
