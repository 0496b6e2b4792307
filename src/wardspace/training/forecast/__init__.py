"""How long a training will take and how much memory it needs, from a few of its own steps."""
