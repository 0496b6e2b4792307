"""Choices that depend on a secret key, a patient and what is replaced, and on nothing else."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from wardspace.core.errors import CorpusError
from wardspace.core.files import scratch_folder, write_text

BYTES = 32
"""Bytes of a key that is made here."""


def key_from(path: Path, corpus: Path) -> bytes:
    """The key in a file, which is made, readable for its owner alone, if it is not there.

    Parameters
    ----------
    path : Path
        The file of the key, in hexadecimal digits.
    corpus : Path
        The corpus folder. The key may not lie in it: who is given the notes would be given the key.

    Raises
    ------
    CorpusError
        When the file lies in the corpus folder, others may read it, or it holds no key.
    """
    if path.resolve().is_relative_to(corpus.resolve()):
        raise CorpusError(
            "the key of de-identification lies in the corpus folder",
            where=path,
            fix="set key_file to a place outside it",
        )
    if not path.exists():
        return _made(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise CorpusError("others may read the key of de-identification", where=path, fix=f"chmod 600 {path}")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < 16:
        raise CorpusError(
            "the key file does not hold at least 32 hexadecimal digits",
            where=path,
            fix="name the file that this program made, or another place for it to make one",
        )
    return key


def _made(path: Path) -> bytes:
    key = secrets.token_bytes(BYTES)
    # whole or not there, and never in the place of one that another process has just made
    with scratch_folder(path) as scratch:
        write_text(scratch / path.name, key.hex() + "\n")
        path.hardlink_to(scratch / path.name)
    return key


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
