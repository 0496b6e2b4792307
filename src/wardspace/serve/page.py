"""Pages of one file: a template with its style and its scripts inside, and the policy by which no others run."""

from __future__ import annotations

import secrets
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from wardspace.core.version import __version__
from wardspace.report.figures.style import DARK, LIGHT, variables


def page(name: str) -> HTMLResponse:
    """A page with its policy.

    Parameters
    ----------
    name : str
        Of its template, its style and its script in `templates/`.
    """
    nonce = secrets.token_urlsafe(16)
    environment = Environment(loader=PackageLoader("wardspace.serve"), autoescape=True, undefined=StrictUndefined)
    themes = (
        f":root{{{variables(LIGHT)}color-scheme:light}}"
        f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}color-scheme:dark}}}}"
    )
    html = environment.get_template(f"{name}.html.j2").render(
        nonce=nonce,
        version=__version__,
        css=Markup("\n".join([themes, *(_asset(style) for style in ("page.css", f"{name}.css"))])),
        scripts=[Markup(_asset(script)) for script in ("note_text.js", f"{name}.js")],
    )
    return HTMLResponse(html, headers={"content-security-policy": _policy(nonce)})


def _policy(nonce: str) -> str:
    """The content security policy of a page: itself and nothing else."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _asset(name: str) -> str:
    return resources.files("wardspace.serve").joinpath("templates", name).read_text(encoding="utf-8")
