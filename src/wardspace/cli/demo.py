"""`wardspace demo`."""

from __future__ import annotations

from importlib.resources import as_file, files

from wardspace.cli.options import Out, Overrides
from wardspace.cli.stages import run


def demo(overrides: Overrides = None, out: Out = None) -> None:
    """Run the demonstration study on a synthetic ward, offline (needs `pip install 'wardspace[demo]'`)."""
    with as_file(files("wardspace.study") / "demo.yaml") as path:
        run(path, overrides, out)
