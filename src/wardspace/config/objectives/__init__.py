"""The objectives a model can be adapted with: one section an objective."""
