"""Whether a model completes the names in its training notes."""
