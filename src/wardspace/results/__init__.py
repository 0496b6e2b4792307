"""The records of results.json: their schema and version."""
