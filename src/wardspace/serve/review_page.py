"""The review's one page: a template with its style and its script inside, and the policy by which no other runs."""

from __future__ import annotations

import secrets
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wardspace.core.version import __version__
from wardspace.report.figures.style import DARK, LIGHT, variables


def review_page() -> tuple[str, str]:
    """The page as HTML, and the nonce of its style and script."""
    nonce = secrets.token_urlsafe(16)
    environment = Environment(loader=PackageLoader("wardspace.serve"), autoescape=True, undefined=StrictUndefined)
    themes = (
        f":root{{{variables(LIGHT)}color-scheme:light}}"
        f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}color-scheme:dark}}}}"
    )
    html = environment.get_template("review.html.j2").render(
        nonce=nonce,
        version=__version__,
        css=Markup(f"{themes}\n{_asset('review.css')}"),
        scripts=[Markup(_asset(name)) for name in ("review_text.js", "review.js")],
    )
    return html, nonce


def policy(nonce: str) -> str:
    """The content security policy of the page: itself and nothing else."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _asset(name: str) -> str:
    return resources.files("wardspace.serve").joinpath("templates", name).read_text(encoding="utf-8")
