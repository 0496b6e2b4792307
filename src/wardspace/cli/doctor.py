"""`wardspace doctor`."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.table import Table

from wardspace.core.terminal import Terminal


def doctor() -> None:
    """Say what this machine can do: processor, memory, precision, disk, packages."""
    from wardspace.core.errors import ModelError
    from wardspace.models.files import bases
    from wardspace.study.record import environment

    found = environment()
    table = Table("what", "found", box=None, pad_edge=False)
    for name in ("wardspace", "python", "system", "cores", "memory_gib", "device"):
        table.add_row(name.replace("_", " "), str(found[name]))
    table.add_row("free disk here", f"{shutil.disk_usage(Path.cwd()).free / 2**30:.0f} GiB")
    for package, version in found["packages"].items():
        table.add_row(package, version or "not installed (pip install 'wardspace[demo]')")
    try:
        bases.resolve("minilm")
        table.add_row("base minilm", "ready, no network needed")
    except ModelError as error:
        table.add_row("base minilm", error.what)
    Terminal().print(table)
