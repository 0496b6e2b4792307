"""One file a type of note, each with its own sections and style."""
