"""The search for a recipe: its section of the study file, the recipes it can draw, and what is wrong with it."""
