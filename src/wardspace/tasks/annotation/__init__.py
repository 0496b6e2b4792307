"""What a model can do for a person who annotates: say what it would answer, and which notes it would learn from."""
