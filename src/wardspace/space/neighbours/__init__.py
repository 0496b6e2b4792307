"""The notes nearest to each note, and what they say of the space."""
