"""Search: the note that answers a query."""
