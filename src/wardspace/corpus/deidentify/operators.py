"""What becomes of an identifier: removed, tagged, masked, or replaced by an invented one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardspace.config import DeidentifyConfig
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.surrogates.surrogates import Surrogates
from wardspace.corpus.note.clean import Edit, Offsets

_BEFORE = 12  # characters in which a title is


def rewritten(
    text: str, findings: Sequence[Finding], config: DeidentifyConfig, surrogates: Surrogates | None
) -> tuple[str, Offsets]:
    """Apply to each finding the operator of its type.

    Parameters
    ----------
    text : str
        The note.
    findings : sequence of Finding
        In the order of the text and apart from each other.
    config : DeidentifyConfig
        Operators by type.
    surrogates : Surrogates or None
        Needed only where a type is replaced by surrogates.

    Returns
    -------
    tuple of str and Offsets
        The new text, and where the places of the old one went.
    """
    pieces: list[str] = []
    edits: list[Edit] = []
    at = 0
    for finding in findings:
        new = _replacement(text, finding, config, surrogates)
        pieces += [text[at : finding.start], new]
        edits.append(Edit(finding.start, finding.end, len(new)))
        at = finding.end
    pieces.append(text[at:])
    return "".join(pieces), Offsets([edits])


def _replacement(text: str, finding: Finding, config: DeidentifyConfig, surrogates: Surrogates | None) -> str:
    operator = config.operator_of(finding.type)
    old = text[finding.start : finding.end]
    if operator == "remove":
        return ""
    if operator == "mask":
        return re.sub(r"\S", "*", old)
    # what was taken out before the note came here has nothing that a surrogate could keep
    if operator == "tag" or "mimic" in (finding.detector, *finding.also) or surrogates is None:
        return f"[{finding.type}]"
    before = text[max(0, finding.start - _BEFORE) : finding.start]
    return surrogates.replace(finding.type, old, before)
