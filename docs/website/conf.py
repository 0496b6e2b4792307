"""Sphinx's settings; the pages are put together by `website.staging`."""

from pathlib import Path

from wardspace import __version__
from website import mathml

project = "wardspace"
author = "The wardspace authors"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "website.mathml", "website.excerpts"]

myst_enable_extensions = ["dollarmath"]
smartquotes = False  # two hyphens are an option's
myst_heading_anchors = 4
suppress_warnings = ["ref.python"]  # types such as "function" in docstrings are also names of attributes

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"exclude-members": "model_config"}
default_role = "code"  # docstrings mark code by single backticks
napoleon_google_docstring = False
napoleon_use_rtype = False
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "wardspace"
html_math_renderer = mathml.NAME
html_copy_source = False
html_show_copyright = False
html_show_sourcelink = False
html_show_search_summary = False  # Sphinx would fetch pages for it, which no browser allows from a disk
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["site.css"]
templates_path = [str(Path(__file__).parent / "templates")]
