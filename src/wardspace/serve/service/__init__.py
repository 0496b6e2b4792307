"""The service: vectors, extraction and search over HTTP, for other programs of the hospital."""
