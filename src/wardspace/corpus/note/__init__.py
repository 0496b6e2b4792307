"""One note: cleaning, spans, offsets and character encodings."""
