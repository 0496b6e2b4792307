"""Where a search keeps what: `search/` in the run folder."""

from __future__ import annotations

from pathlib import Path


class SearchFolder:
    """Paths of one search.

    Parameters
    ----------
    path : Path
        The folder; made when first written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def asked(self) -> Path:
        """Digests of what the search depends on."""
        return self.path / "asked.json"

    @property
    def drawn(self) -> Path:
        """The recipes drawn so far."""
        return self.path / "drawn.json"

    @property
    def results(self) -> Path:
        """search.json."""
        return self.path / "search.json"

    @property
    def table(self) -> Path:
        """search.md: all trials as a Markdown table."""
        return self.path / "search.md"

    @property
    def best(self) -> Path:
        """best.yaml: the study with the best recipe."""
        return self.path / "best.yaml"

    def trial(self, name: str) -> Path:
        """Record of a finished trial."""
        return self.path / "trials" / f"{name}.json"

    def work(self, name: str = "") -> Path:
        """What an unfinished trial (or all of them) needs to go on; gone when it is finished."""
        return self.path / "work" / name
