"""The synthetic ward: made-up notes of made-up patients with everything known about them. Always labelled synthetic.

Clinical content comes from the Human Phenotype Ontology, release `HPO_VERSION`, and its disease annotations
(Köhler et al., The Human Phenotype Ontology in 2021, Nucleic Acids Research 49(D1), D1207-D1217).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardspace.synthetic.generate import WARD_COLUMNS, ward_batches
from wardspace.synthetic.patients.ontology import hpo_version
from wardspace.synthetic.text.gold import FOLLOWUP_KINDS, IDENTIFIER_KINDS, RELATION_KINDS

if TYPE_CHECKING:
    HPO_VERSION: str
    """Release of the installed ontology, read from the header of hp.obo."""

__all__ = [
    "FOLLOWUP_KINDS",
    "HPO_VERSION",
    "IDENTIFIER_KINDS",
    "RELATION_KINDS",
    "WARD_COLUMNS",
    "hpo_version",
    "ward_batches",
]


def __getattr__(name: str) -> str:
    # read when asked for: the package that holds the ontology is optional
    if name == "HPO_VERSION":
        return hpo_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
