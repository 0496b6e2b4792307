"""Results to figures, tables, a model card and one standalone HTML file."""

from wardspace.report.maps import Map
from wardspace.report.page import write_report

__all__ = ["Map", "write_report"]
