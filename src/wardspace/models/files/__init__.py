"""Models on disk: where they are found, how they are read and written."""
