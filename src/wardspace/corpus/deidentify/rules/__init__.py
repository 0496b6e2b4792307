"""Patterns that find identifiers in text: names, dates, addresses, institutions, numbers."""
