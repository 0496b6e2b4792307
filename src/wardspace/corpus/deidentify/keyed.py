"""Choices that depend on a secret key, a patient and what is replaced, and on nothing else."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


class Keyed:
    """Draws by HMAC-SHA256 (RFC 2104): the same key, patient and value give the same choice in every note.

    Parameters
    ----------
    key : bytes
        The secret.
    patient : str
        Whose notes these are: another patient's choices tell nothing about these.
    """

    def __init__(self, key: bytes, patient: str) -> None:
        self._key = hmac.new(key, patient.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def number(self, purpose: str, value: str = "") -> int:
        """A whole number of 256 bits."""
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.new(self._key, message, hashlib.sha256).digest(), "big")

    def pick(self, options: Sequence[str], purpose: str, value: str = "") -> str:
        """One of several."""
        return options[self.number(purpose, value) % len(options)]

    def digits(self, count: int, purpose: str, value: str = "") -> str:
        """Decimal digits."""
        drawn = ""
        while len(drawn) < count:
            drawn += f"{self.number(purpose, f'{value}/{len(drawn)}') % 10**60:060d}"
        return drawn[:count]
