"""Attention over sequences packed end to end."""
