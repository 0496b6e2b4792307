"""How many directions a space uses, by the eigenvalues of its covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wardspace.space.estimate import Estimate
from wardspace.space.unit import Floats

_BLOCK = 4096
_NOTHING = 1e-12
"""Eigenvalues below this share of the largest are rounding."""


@dataclass(frozen=True)
class Spectrum:
    """Covariance of the unit vectors (divided by n) in its own axes.

    Attributes
    ----------
    variances : float64 array of shape (r,)
        Eigenvalues above rounding, the largest first.
    axes : float64 array of shape (d, r)
        Their eigenvectors.
    centre : float64 array of shape (d,)
        Mean vector.
    """

    variances: Floats
    axes: Floats
    centre: Floats

    def effects(self, units: Floats, slopes: Floats) -> Floats:
        """Effects of each note on a function of the eigenvalues whose derivatives by them are `slopes`.

        A note at z in the axes moves eigenvalue k by (z_k² − λ_k) / n (Critchley 1985, Biometrika 72).
        """
        found = [
            np.square((units[start : start + _BLOCK] - self.centre) @ self.axes) @ slopes
            for start in range(0, len(units), _BLOCK)
        ]
        return (np.concatenate(found) - self.variances @ slopes) / len(units)


def spectrum(units: Floats) -> Spectrum:
    """Eigenvalues and eigenvectors of the covariance.

    Raises
    ------
    ValueError
        If there are fewer than two rows.
    """
    if len(units) < 2:
        raise ValueError("a spectrum needs two notes")
    centre = units.mean(axis=0)
    covariance = np.zeros((units.shape[1], units.shape[1]))
    for start in range(0, len(units), _BLOCK):
        rows = units[start : start + _BLOCK] - centre
        covariance += rows.T @ rows
    variances, axes = np.linalg.eigh(covariance / len(units))
    real = variances > max(float(variances[-1]) * _NOTHING, 1e-18)
    return Spectrum(variances[real][::-1], axes[:, real][:, ::-1], centre)


def effective_rank(units: Floats, found: Spectrum | None = None) -> Estimate:
    """Exponential of the entropy of the singular values, scaled to add up to one; higher is better.

    Roy and Vetterli (2007), The effective rank, EUSIPCO. Of the centred unit vectors: between 1 (all on one line) and
    the lesser of d and n − 1 (all directions used alike). Compare it on the same notes only.
    """
    space = found or spectrum(units)
    if not len(space.variances):
        return Estimate(0.0, np.zeros(len(units)))
    values = np.sqrt(space.variances)
    shares = values / values.sum()
    entropy = float(-(shares * np.log(shares)).sum())
    rank = float(np.exp(entropy))
    slopes = -rank * (np.log(shares) + entropy) / values.sum() / (2 * values)
    return Estimate(rank, space.effects(units, slopes))


def isoscore(units: Floats, found: Spectrum | None = None) -> Estimate:
    """IsoScore, how evenly variance is spread over all dimensions; higher is better.

    Rudman, Gillman, Rayne and Eickhoff (2022), IsoScore, Findings of ACL. 1: variance is equal in all directions; 0:
    all in one. Of the unit vectors. With fewer notes than dimensions it stays below 1 whatever the space.

    Notes
    -----
    The published steps (principal axes, scaled variances, isotropy defect) come down to
    ((Σ λ)² / Σ λ² − 1) / (d − 1): the participation ratio of the eigenvalues on a scale from 0 to 1.
    """
    space = found or spectrum(units)
    d, total, squares = units.shape[1], float(space.variances.sum()), float(np.square(space.variances).sum())
    if d < 2 or squares == 0:
        return Estimate(0.0, np.zeros(len(units)))
    slopes = (2 * total / squares - 2 * total**2 / squares**2 * space.variances) / (d - 1)
    return Estimate((total**2 / squares - 1) / (d - 1), space.effects(units, slopes))
