"""Results to figures, tables, a model card and one standalone HTML file."""

from wardspace.report.card.card import model_card
from wardspace.report.card.data import CardFacts
from wardspace.report.figures.files import write_figures
from wardspace.report.maps.maps import Map
from wardspace.report.page import write_report
from wardspace.report.tables.markdown import comparison_markdown, cost_markdown, space_markdown

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
