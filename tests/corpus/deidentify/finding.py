"""What the rules find in a text."""

from wardspace.config import DeidentifyConfig
from wardspace.corpus.deidentify import Deidentifier

DEIDENTIFIER = Deidentifier(DeidentifyConfig())


def found(text, kind=None, known_names=()):
    findings = DEIDENTIFIER.findings(text, known_names)
    return [text[each.start : each.end] for each in findings if kind in (None, each.type)]
