"""What a model gives away of the notes it was adapted to: canaries, membership, names, and the gate of a release."""

from wardspace.privacy.gate import Check, Verdict, judged
from wardspace.privacy.record import Audit

__all__ = ["Audit", "Check", "Verdict", "judged"]
