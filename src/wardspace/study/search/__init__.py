"""A study's best recipe: drawn, trained on rising budgets, scored on validation."""

from wardspace.study.search.records import SearchResults, Trial
from wardspace.study.search.search import search

__all__ = ["SearchResults", "Trial", "search"]
