"""A first study file from a table of notes: what its columns hold, which roles they have, what to predict."""

from wardspace.corpus.guess.roles import Guess, Role, guess
from wardspace.corpus.guess.study_file import study_file
from wardspace.corpus.guess.table import Table, read_table

__all__ = ["Guess", "Role", "Table", "guess", "read_table", "study_file"]
