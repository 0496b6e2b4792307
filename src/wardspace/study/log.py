"""log.jsonl: what ran, when and for how long. Names and numbers only, never text of a note."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from wardspace.core.errors import machine_faults


class RunLog:
    """Appends one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: str, **values: str | float | int | None) -> None:
        """Add a line with the time, the event and its values."""
        line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **values}
        with machine_faults(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(line) + "\n")
