"""How ill a patient is: a hidden number, the label made of it, and the noisy signs by which a reader may guess it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from wardspace.synthetic.tables.tables import severity_words

SEVERITIES = ("low", "moderate", "severe")
_LIMITS = (0.36, 0.68)
_CENTRES = (0.12, 0.52, 0.88)
_CENTRE_WEIGHTS = (38, 34, 28)
_SPREAD = 0.11
_CUE_NOISE = 0.65
_STEPS = 5


def severity(acuity: float) -> str:
    """The triage label of an acuity in [0, 1]."""
    return SEVERITIES[sum(acuity >= limit for limit in _LIMITS)]


def drawn(rng: Random) -> float:
    """An acuity: most patients are clearly of one kind, some lie between two."""
    centre = rng.choices(_CENTRES, _CENTRE_WEIGHTS)[0]
    return min(1.0, max(0.0, rng.gauss(centre, _SPREAD)))


def degree(acuity: float, rng: Random) -> str:
    """A word or two before a finding that lean with acuity."""
    return rng.choice(severity_words().degrees[_step(acuity, rng)])


def cue(name: str, acuity: float, rng: Random) -> str:
    """A sentence (without its full stop) that leans with acuity, one or two steps off at times."""
    return rng.choice(severity_words().cues[name][_step(acuity, rng)])


def _step(acuity: float, rng: Random) -> int:
    step = round(acuity * (_STEPS - 1) + rng.gauss(0, _CUE_NOISE))
    return min(max(step, 0), _STEPS - 1)


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set of observations."""

    heart_rate: int
    """Beats a minute."""
    respiratory_rate: int
    """Breaths a minute."""
    systolic: int
    """Millimetres of mercury."""
    diastolic: int
    temperature: float
    """Degrees Celsius."""
    saturation: int
    """Per cent."""

    @classmethod
    def drawn(cls, acuity: float, rng: Random) -> Vitals:
        """Observations that lean with acuity but overlap widely: some are anxious, some are fit."""
        systolic = round(136 - 22 * acuity**2 + rng.gauss(0, 17))
        return cls(
            heart_rate=round(70 + 32 * acuity + rng.gauss(0, 12)),
            respiratory_rate=max(10, round(14 + 8 * acuity + rng.gauss(0, 2.2))),
            systolic=max(82, systolic),
            diastolic=max(44, round(systolic * 0.58 + rng.gauss(0, 7))),
            temperature=round(36.6 + 0.7 * acuity * rng.random() + rng.gauss(0, 0.4), 1),
            saturation=min(100, max(82, round(98 - 4.5 * acuity**2 + rng.gauss(0, 1.4)))),
        )
