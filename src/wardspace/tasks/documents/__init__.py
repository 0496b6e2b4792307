"""Labels of whole notes: one a note, or several."""
