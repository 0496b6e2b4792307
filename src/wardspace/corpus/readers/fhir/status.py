"""What a resource says of itself: whether it counts, and where it stands among the versions of its id."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from wardspace.core.times import moment
from wardspace.corpus.prepare.rejects import Fault

DOCUMENT, REPORT = "DocumentReference", "DiagnosticReport"
RESOURCES = (DOCUMENT, REPORT)
"""Resources that hold notes; others of an export are passed over."""
RETRACTED = "entered-in-error"
SUPERSEDED = "superseded"
DELETED = "deleted"
_STAGES = {
    "registered": 1,
    "partial": 2,
    "preliminary": 3,
    "amended": 5,
    "corrected": 5,
    "appended": 5,
    "cancelled": 6,
    "deprecated": 6,
    SUPERSEDED: 6,
    RETRACTED: 7,
}
_FINAL = 4
_WITHDRAWN = (SUPERSEDED, "deprecated")
_NUMBER = re.compile(r'(?:W/)?"?(\d{1,18})"?$')


class Rank(NamedTuple):
    """What orders the versions of a resource, before their place in the export."""

    updated: float
    version: float
    """Number of the version; -1 where there is none."""
    written: float
    stage: int


def rank_of(resource: dict[str, Any]) -> Rank:
    """The rank of a note."""
    meta = resource.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    written = resource.get("issued" if resource["resourceType"] == REPORT else "date")
    version = _NUMBER.match(str(meta.get("versionId") or "").strip())
    stages = [_STAGES.get(status, _FINAL) for status in _texts((resource.get("status"), resource.get("docStatus")))]
    worst = [stage for stage in stages if stage != _FINAL]
    return Rank(
        _seconds(meta.get("lastUpdated")),
        float(version[1]) if version else -1.0,
        _seconds(written),
        max(worst) if worst else _FINAL,
    )


def rank_of_deletion(when: Any) -> Rank:
    """The rank of a resource's deletion at a time: behind every version where that is not known."""
    found = moment(when) if isinstance(when, str) else None
    return Rank(math.inf if found is None else found, math.inf, math.inf, max(_STAGES.values()) + 1)


def withdrawn(resource: dict[str, Any]) -> Fault | None:
    """Why a note does not count by its own status."""
    said = (resource.get("status"), resource.get("docStatus"))
    if RETRACTED in said:
        return Fault(RETRACTED, "the resource was entered in error")
    if any(status in said for status in _WITHDRAWN):
        return Fault(SUPERSEDED, "its status says that another one has replaced it")
    return None


def _texts(values: Sequence[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))


def _seconds(value: Any) -> float:
    found = moment(value) if isinstance(value, str) else None
    return -math.inf if found is None else found
