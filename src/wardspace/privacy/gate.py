"""Whether a model may be released, by what its audit found and by what the study allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from wardspace.config import LimitsConfig, PrivacyConfig
from wardspace.privacy.record import CHANCE_EXPOSURE, Audit, Figure

CHANCE_AUC = 0.5
CHANCE_TPR = 0.01


@dataclass(frozen=True)
class Check:
    """One figure with its limit.

    Parameters
    ----------
    what : str
        What was measured.
    figure : Figure
        The value with its interval.
    chance : float
        What a model that knows nothing would get.
    limit : float
        What the study allows.
    """

    what: str
    figure: Figure
    chance: float
    limit: float

    @property
    def over(self) -> bool:
        """Whether it is above the limit, and more than chance might give; what is no number is never within it."""
        known = isfinite(self.figure.value) and isfinite(self.figure.low)
        return not known or (self.figure.value > self.limit and self.figure.low > self.chance)


@dataclass(frozen=True)
class Verdict:
    """What the gate says.

    Parameters
    ----------
    checks : list of Check
        Every figure.
    faults : list of str
        Why the model is refused; none lets it pass.
    """

    checks: list[Check]
    faults: list[str]

    @property
    def passed(self) -> bool:
        """Whether the model may go."""
        return not self.faults


def gate_verdict(audit: Audit | None, privacy: PrivacyConfig, weights: str) -> Verdict:
    """Judge a model.

    Parameters
    ----------
    audit : Audit or None
        What was found; None where no audit is there.
    privacy : PrivacyConfig
        Limits, and what must have been measured.
    weights : str
        `weights_hash` of the model as it is now.
    """
    if audit is None:
        return Verdict([], ["it has not been audited"])
    if audit.weights != weights:
        return Verdict([], ["its audit is of other weights: the model has changed since"])
    found = checks(audit, privacy.limits)
    faults = [
        f"{check.what}: {check.figure.value:.3g} ({check.figure.low:.3g} to {check.figure.high:.3g}), "
        f"and the limit is {check.limit:.3g}"
        for check in found
        if check.over
    ]
    lacking = [name for name in privacy.required if getattr(audit, name) is None]
    faults += [f"{name} not measured: {audit.not_measured.get(name, 'no reason is given')}" for name in lacking]
    return Verdict(found, faults)


def checks(audit: Audit, limits: LimitsConfig) -> list[Check]:
    """Every figure of an audit that has a limit."""
    return [*_canaries(audit, limits), *_membership(audit, limits), *_recovery(audit, limits)]


def _canaries(audit: Audit, limits: LimitsConfig) -> Iterator[Check]:
    for found in audit.canaries.frequencies if audit.canaries else []:
        notes = "1 note" if found.frequency == 1 else f"{found.frequency} notes"
        what = f"exposure of secrets in {notes} (bits)"
        yield Check(what, found.exposure, CHANCE_EXPOSURE, limits.exposure)


def _membership(audit: Audit, limits: LimitsConfig) -> Iterator[Check]:
    for attack in audit.membership.attacks if audit.membership else []:
        yield Check(f"membership by {attack.name}: AUC", attack.auc, CHANCE_AUC, limits.membership_auc)
        if attack.tpr:
            what = f"membership by {attack.name}: TPR at 1% FPR"
            yield Check(what, attack.tpr, CHANCE_TPR, limits.tpr_at_1fpr)


def _recovery(audit: Audit, limits: LimitsConfig) -> Iterator[Check]:
    for found in audit.recovery or []:
        yield Check(f"{found.name}: rise over the base", found.rise, 0.0, limits.identifier_recovery)
