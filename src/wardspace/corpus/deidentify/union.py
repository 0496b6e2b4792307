"""One list of findings from many detectors: nothing found is lost, nothing overlaps, parts of one thing are one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from wardspace.corpus.deidentify.findings import Finding

# the more a detector knows of what it looks for, the more its type is believed
_SPECIFIC = (
    *("presidio", "repeats", "whereabouts", "places", "names", "institutions", "contacts", "numbers", "ages", "dates"),
    *("mimic", "known"),
)
_WORD = re.compile(r"[^\W_]")
_NAME_GAP = re.compile(r"[^\S\r\n]{1,2}|[-‐‑]")
_ADDRESS_GAP = re.compile(r",?[^\S\r\n]*(?:\r?\n)?[^\S\r\n]*")
_ADDRESS_PARTS = {"ADDRESS", "PLACE"}


def _rank(finding: Finding) -> tuple[int, int, float]:
    specific = _SPECIFIC.index(finding.detector) if finding.detector in _SPECIFIC else 0
    return finding.end - finding.start, specific, finding.score


def united(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Resolve overlaps and join the parts of one name or address.

    Of overlapping findings the longest keeps its stretch and its type; of equally long ones that of the detector that
    knows most of what it looks for. What another one marked beyond it stays marked, as part of the longest where both
    are of one type and on its own elsewhere.

    Returns
    -------
    list of Finding
        In the order of the text, none overlapping another.
    """
    kept: list[Finding] = []
    for finding in sorted(findings, key=_rank, reverse=True):
        kept = _placed(text, finding, kept)
    return _joined(text, sorted(kept, key=lambda finding: finding.start))


def _placed(text: str, finding: Finding, kept: list[Finding]) -> list[Finding]:
    """`kept` with one more finding, none of which is longer than those there."""
    hit = [other for other in kept if other.overlaps(finding)]
    if not hit:
        return [*kept, finding]
    rest = [other for other in kept if other not in hit]
    if len(hit) == 1 and hit[0].type == finding.type:
        whole = replace(hit[0], start=min(hit[0].start, finding.start), end=max(hit[0].end, finding.end))
        return [*rest, _backed(whole, finding)]
    free, at = [], finding.start
    for other in sorted(hit, key=lambda other: other.start):
        free.append((at, other.start))
        at = max(at, other.end)
    free.append((at, finding.end))
    left = [replace(finding, start=start, end=end) for start, end in free if _WORD.search(text[start:end])]
    return [*rest, *(_backed(other, finding) for other in hit), *left]


def _backed(finding: Finding, other: Finding) -> Finding:
    names = {finding.detector, *finding.also, other.detector, *other.also} - {finding.detector}
    return replace(finding, also=tuple(sorted(names)), score=max(finding.score, other.score))


def _joined(text: str, findings: list[Finding]) -> list[Finding]:
    whole: list[Finding] = []
    for finding in findings:
        last = whole[-1] if whole else None
        if last is not None and _belong(last, finding, text[last.end : finding.start]):
            kind = "ADDRESS" if last.type in _ADDRESS_PARTS and last.type != finding.type else last.type
            whole[-1] = _backed(replace(last, end=finding.end, type=kind), finding)
        else:
            whole.append(finding)
    return whole


def _belong(first: Finding, second: Finding, gap: str) -> bool:
    if first.type == second.type == "NAME":
        return _NAME_GAP.fullmatch(gap) is not None
    parts = {first.type, second.type}
    return "ADDRESS" in parts and parts <= _ADDRESS_PARTS and _ADDRESS_GAP.fullmatch(gap) is not None
