"""Objectives that learn from labels."""
