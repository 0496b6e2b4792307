"""What every room may use: errors, files, seeds, progress. Knows nothing of notes or models."""
