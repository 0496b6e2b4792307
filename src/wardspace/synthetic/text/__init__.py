"""How sentences become a note: the writer, its style, and spans that mark what is known of the text."""
