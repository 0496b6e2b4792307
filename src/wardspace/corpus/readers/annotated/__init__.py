"""Readers of annotated sets, one file a format."""
