"""Scores of parts of the test set: subgroups and periods."""
