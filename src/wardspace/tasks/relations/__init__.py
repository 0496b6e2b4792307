"""Relations between mentions, or between the concepts that they name."""
