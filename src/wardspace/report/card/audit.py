"""The privacy audit in a model card: every figure with its limit, and the reason if it was released anyway."""

from __future__ import annotations

import re

from wardspace.privacy import Audit, Check, Verdict
from wardspace.report.tables.markdown import markdown_table
from wardspace.report.wording import share

REFUSED = "**It does not pass the release gate of its study. Treat it as confidentially as the notes.**"
RELEASED = "**Released although the gate refused.**"
NOT_TESTED = "We did not test whether it remembers any of its training notes. Treat it as confidentially as the notes."
"""For a model without an audit."""
AUDIT = "Privacy audit"
"""Heading of the section."""
_SECTION = re.compile(rf"## {AUDIT}\n.*?(?=\n## |\Z)", re.S)


def with_audit(card: str, audit: Audit | None, verdict: Verdict, reason: str | None = None) -> str:
    """A card with the section on the model's audit.

    Parameters
    ----------
    card : str
        The card, without this section or with an earlier one.
    audit : Audit or None
        The audit; None if the model was released without one.
    verdict : Verdict
        The verdict of the release gate.
    reason : str, optional
        Why it was released although the gate refused.
    """
    section = audit_section(audit, verdict, reason)
    found = _SECTION.search(card)
    if found is None:
        return f"{card.rstrip()}\n\n{section}"
    return card[: found.start()] + section + card[found.end() :]


def audit_section(audit: Audit | None, verdict: Verdict, reason: str | None = None) -> str:
    """The section of a card."""
    parts = [f"## {AUDIT}\n", f"{_headline(verdict, reason)}\n"]
    if verdict.faults:
        parts.append("".join(f"- {fault}\n" for fault in verdict.faults))
    if audit is None:
        parts.append(f"{NOT_TESTED}\n")
    elif verdict.checks:
        parts += [_table(verdict.checks), _notes(audit)]
    return "\n".join(parts)


def _headline(verdict: Verdict, reason: str | None) -> str:
    if verdict.passed:
        return "The audit is within the limits of the study. This does not prove that the model remembers nothing."
    if reason is None:
        return REFUSED
    return f"{RELEASED} Reason given: {' '.join(reason.split())}"


def _table(checks: list[Check]) -> str:
    rows = [
        [
            check.what,
            f"{check.figure.value:.3g} ({check.figure.low:.3g} to {check.figure.high:.3g})",
            f"{check.chance:.3g}",
            f"{check.limit:.3g}",
            "over" if check.over else "within",
        ]
        for check in checks
    ]
    return markdown_table(["measured", "value (interval)", "chance", "limit", ""], rows)


def _notes(audit: Audit) -> str:
    lines = [f"Intervals: {share(audit.confidence)} bootstrap."]
    if audit.canaries:
        lines.append(
            f"Each secret was ranked among {audit.canaries.candidates:,} candidates by {audit.canaries.scored_by}."
        )
    if audit.membership:
        lines.append(f"{audit.membership.members} patients in training, {audit.membership.others} held out.")
    lines += [f"Not measured: {name} ({why})." for name, why in audit.not_measured.items()]
    if audit.synthetic:
        lines.append("The notes were synthetic.")
    return "\n".join(lines) + "\n"
