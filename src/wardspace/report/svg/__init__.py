"""Figures as small SVG: each coloured by the page's own variables, so that they follow light, dark and print."""
