"""Pairs of texts: how two of them relate."""
