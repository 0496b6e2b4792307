"""What changed between runs: the study, the notes, the models, the scores, the spaces and the cost."""

from wardspace.report.changes.page import changes_page, write_changes
from wardspace.report.changes.sides import Pair, Side

__all__ = ["Pair", "Side", "changes_page", "write_changes"]
