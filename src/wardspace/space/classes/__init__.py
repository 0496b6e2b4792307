"""How the classes of a column divide the space."""
