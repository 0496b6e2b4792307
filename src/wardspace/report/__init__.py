"""Results to figures, tables, a model card and one standalone HTML file."""

from wardspace.report.card import model_card
from wardspace.report.card_facts import CardFacts
from wardspace.report.figures import write_figures
from wardspace.report.maps import Map
from wardspace.report.markdown import comparison_markdown, cost_markdown, space_markdown
from wardspace.report.page import write_report

__all__ = [
    "CardFacts",
    "Map",
    "comparison_markdown",
    "cost_markdown",
    "model_card",
    "space_markdown",
    "write_figures",
    "write_report",
]
