"""Randomness as a function of what is drawn: the same seed and keys give the same numbers, in any order, anywhere."""

from __future__ import annotations

import hashlib

import numpy as np


def derive(*keys: str | int) -> int:
    """A 63-bit integer that depends on all keys alone (not on the process, the platform or earlier draws)."""
    hasher = hashlib.blake2b(digest_size=8)
    for key in keys:
        part = str(key).encode("utf-8", "surrogatepass")
        # the length before each part keeps ("ab", "c") apart from ("a", "bc")
        hasher.update(len(part).to_bytes(8, "big"))
        hasher.update(part)
    return int.from_bytes(hasher.digest(), "big") >> 1


def generator(*keys: str | int) -> np.random.Generator:
    """A NumPy generator seeded by `derive`."""
    return np.random.Generator(np.random.PCG64(derive(*keys)))


def unit(*keys: str | int) -> float:
    """A number in [0, 1) that depends on all keys alone."""
    return derive(*keys) / 2.0**63
