"""The notes: where they are and what becomes of them before any model sees them."""
