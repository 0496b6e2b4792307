"""Intervals by bootstrap, and correction for many comparisons."""
