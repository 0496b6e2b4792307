"""Turn a hospital's own notes into a private language-model embedding space, and prove what it gained."""

__version__ = "0.1.0"
