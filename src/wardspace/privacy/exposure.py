"""Exposure of a secret: by how many bits a model shortens the search for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wardspace.config import CanaryConfig, PrivacyConfig
from wardspace.core.progress import progress
from wardspace.privacy.attacker.audited_model import SecretScorer
from wardspace.privacy.canaries import TEMPLATES, Canary, candidates, make_canaries
from wardspace.privacy.record import CanaryFigures, Exposure, mean_figure


def exposure(secret: float, others: Sequence[float]) -> float:
    """log2 of how many secrets there are, minus log2 of the rank of this one among them.

    Parameters
    ----------
    secret : float
        How likely the model finds the planted secret.
    others : sequence of float
        How likely it finds candidates that were not planted; of equals, half rank before it.

    Returns
    -------
    float
        Bits, from 0 to log2(candidates + 1); of a secret never seen 1.44 on average.

    References
    ----------
    Carlini et al. 2019, The Secret Sharer, USENIX Security, section 4.2. Ranks are taken among a random sample of the
    candidates, so that no distribution needs to be assumed, and large exposures end at the log of the sample's size.
    """
    scores = np.asarray(others)
    rank = 1 + float((scores > secret).sum()) + float((scores == secret).sum()) / 2
    return math.log2(len(scores) + 1) - math.log2(rank)


def canary_figures(
    scorer: SecretScorer, how: str, config: CanaryConfig, privacy: PrivacyConfig, *, show_progress: bool = True
) -> CanaryFigures:
    """Exposure of all planted secrets, by frequency.

    Parameters
    ----------
    scorer : SecretScorer
        The model.
    how : str
        What ranks the secrets, in words.
    config : CanaryConfig
        What was planted.
    privacy : PrivacyConfig
        Resamples and confidence.
    show_progress : bool
        Show a bar.
    """
    found: dict[Canary, float] = {}
    with progress("ranking secrets (sentences)", len(TEMPLATES), show=show_progress) as advance:
        for template in range(len(TEMPLATES)):
            found |= _of_template(scorer, template, config)
            advance()
    frequencies = [_frequency(number, found, privacy) for number in sorted(config.frequencies)]
    return CanaryFigures(scored_by=how, candidates=config.candidates, frequencies=frequencies)


def _of_template(scorer: SecretScorer, template: int, config: CanaryConfig) -> dict[Canary, float]:
    """Canaries of one sentence: they share candidates, which therefore are scored once."""
    own = [canary for canary in make_canaries(config) if canary.template == template]
    if not own:
        return {}
    secrets = [*(canary.secret for canary in own), *candidates(config, template)]
    before, after = TEMPLATES[template].split("{secret}")
    scores = scorer.secret_scores([(before, secret, after) for secret in secrets])
    return {canary: exposure(score, scores[len(own) :]) for canary, score in zip(own, scores, strict=False)}


def _frequency(frequency: int, found: dict[Canary, float], privacy: PrivacyConfig) -> Exposure:
    values = np.array([bits for canary, bits in found.items() if canary.frequency == frequency])
    highest = math.log2(privacy.canaries.candidates + 1) if privacy.canaries else math.inf
    return Exposure(
        frequency=frequency,
        secrets=len(values),
        exposure=mean_figure(values, privacy),
        first=int((values >= highest - 1e-9).sum()),
    )
