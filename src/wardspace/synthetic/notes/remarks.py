"""Sentences about what is past, what may come, what is denied and what relatives have."""

from __future__ import annotations

from wardspace.synthetic.tables.tables import assertions
from wardspace.synthetic.text.gold import Fragment
from wardspace.synthetic.text.mentions import Findings
from wardspace.synthetic.text.scene import Scene

_KIN = ("mother", "father", "sister", "brother", "aunt", "uncle", "grandmother", "grandfather")
_SLOTS = ("historical", "hypothetical", "negated", "family", "present")
_MOST = 3


def remarks(scene: Scene) -> Fragment:
    """One to three sentences; each finding is of the patient's only where the sentence says so."""
    writer = scene.writer()
    for template in scene.rng.sample(assertions(), scene.rng.randint(1, _MOST)):
        found = {slot: _findings(scene, slot) for slot in _SLOTS if f"{{{slot}}}" in template}
        kin, side = scene.pick(_KIN), scene.pick(("maternal", "paternal"))
        if all(own.terms for own in found.values()):
            writer.sentence(template, kin=kin, side=side, **found)
    return writer.fragment()


def _findings(scene: Scene, slot: str) -> Findings:
    """What a slot names: of the patient's own where it is present, else what the patient does not have."""
    size = scene.rng.randint(1, 2)
    return Findings(
        scene.some(size, 0) if slot == "present" else scene.denied(size),
        negated=slot == "negated",
        experiencer="family" if slot == "family" else "patient",
        last=" or " if slot in ("negated", "hypothetical") else " and ",
        historical=slot == "historical",
        hypothetical=slot == "hypothetical",
    )
