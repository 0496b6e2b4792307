"""De-identification: detectors that find identifiers, and operators that take them out or replace them."""

from __future__ import annotations

from wardspace.corpus.deidentify.deidentifier import Deidentifier
from wardspace.corpus.deidentify.findings import Contribution, Detector, Finding, contributions
from wardspace.corpus.deidentify.surrogates.key import key_from

__all__ = ["Contribution", "Deidentifier", "Detector", "Finding", "contributions", "key_from"]
