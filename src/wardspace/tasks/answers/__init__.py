"""Answers to questions about a note as a kind of task."""
