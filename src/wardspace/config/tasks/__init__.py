"""The tasks a study scores its models on: one section a kind of task."""
