"""The version, apart from the package's front so that no room must import that."""

__version__ = "0.1.0"
