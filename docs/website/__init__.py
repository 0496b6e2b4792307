"""The documentation site: pages from docs/ and from the code, built by Sphinx; opens and searches without a network."""
