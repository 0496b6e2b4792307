"""What a model gives away of the notes it was adapted to: canaries, membership, names, and the gate of a release."""

from wardspace.privacy.gate import Check, Verdict, gate_verdict
from wardspace.privacy.record import Audit

__all__ = ["Audit", "Check", "Verdict", "gate_verdict"]
