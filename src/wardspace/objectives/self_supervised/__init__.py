"""Objectives that need no labels, one file each."""
