"""Scores, intervals and paired differences: pure functions of stored predictions."""
