"""Losses that compare vectors."""
