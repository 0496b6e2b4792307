"""The command line: one file a command, imports late so that `--help` answers at once."""

from wardspace.cli.main import main

__all__ = ["main"]
