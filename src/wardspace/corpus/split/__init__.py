"""Which notes train, validate and test."""
