"""Heads that predict words."""
