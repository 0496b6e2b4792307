"""A study's best recipe: drawn, trained on rising budgets, scored on validation."""

from wardspace.study.searching.records import SearchResults, Trial
from wardspace.study.searching.search import search

__all__ = ["SearchResults", "Trial", "search"]
