"""SVG elements with everything from the user's data escaped."""

from __future__ import annotations

from markupsafe import Markup, escape

LETTER = 7.4
"""Room for a letter of a name, in the widest of the usual fonts."""


def tag(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """An element.

    Parameters
    ----------
    name : str
        Name of the element.
    *children : str
        Content; plain strings are escaped, Markup is not.
    **attributes : str, float or None
        Attributes: `_` becomes `-` (`cls` becomes `class`), numbers are rounded to a tenth, None is left out.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(_name(key), _value(value)) for key, value in attributes.items() if value is not None
    )
    body = Markup("").join(escape(child) for child in children)
    return (
        Markup("<{0}{1}>{2}</{0}>").format(name, written, body) if body else Markup("<{0}{1}/>").format(name, written)
    )


def text(x: float, y: float, words: str, *, anchor: str = "start", cls: str = "", **attributes: str | float) -> Markup:
    """Words at a point."""
    return tag("text", words, x=x, y=y, text_anchor=anchor, cls=cls or None, **attributes)


def figure(width: float, height: float, description: str, *children: str, cls: str = "") -> Markup:
    """The outer element; `description` is what a screen reader says."""
    inner = Markup("").join(escape(child) for child in children)
    return tag(
        "svg",
        inner,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_label=description,
        cls=f"chart {cls}".strip(),
    )


def _name(key: str) -> str:
    return "class" if key == "cls" else key.replace("_", "-")


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
