"""What a training reads: notes as tokens, and the order of batches."""
