"""Delimited files, damaged ones included."""
