"""Fields: a record from each note, filled by what tasks have kept."""
