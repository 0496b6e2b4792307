"""Entities: which stretches of a note name a disease, a drug, a dose."""
