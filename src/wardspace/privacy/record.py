"""audit.json: what an audit found, and of which weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from wardspace.config import PrivacyConfig
from wardspace.config.privacy import PrivacyMeasure
from wardspace.core.errors import ModelError, RunError
from wardspace.core.files import read_json, write_json
from wardspace.core.seeds import generator
from wardspace.evaluation.intervals.bootstrap import Resamples, interval
from wardspace.models.files.bases import resolve
from wardspace.models.files.loading import open_folder
from wardspace.models.heads.lm_head_file import HEAD_FILE

_KINDS = ("*.safetensors", "*.bin", "*.gguf", "*.pt", "*.pth", "*.ckpt", "*.msgpack", "*.h5", "*.onnx", "*.onnx_data")


def weights_hash(source: str | Path) -> str:
    """SHA-256 over names and bytes of every file of weights of a model, in its folder and below.

    Parameters
    ----------
    source : str or Path
        As `Encoder.load` takes it.

    Raises
    ------
    ModelError
        If there is no such model, or a folder that holds no weights in any known form.
    """
    settings, named = open_folder(source), Path(resolve(source))
    folder = named if named.is_dir() else settings.transformer
    files = sorted(path for kind in _KINDS for path in folder.rglob(kind) if path.name != HEAD_FILE)
    if not files:
        raise ModelError("this model has no file of weights to audit", where=folder, fix="copy the whole folder again")
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()}\n{digest}\n".encode())
    return whole.hexdigest()


AUDIT_VERSION = 1
"""Raised when a field changes its meaning or goes."""
AUDIT_FILE = "audit.json"
"""In the model folder."""
CHANCE_EXPOSURE = 1.4427
"""Mean exposure of a secret that the model has never seen: 1 / ln 2 bits."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Figure(_Record):
    """A measured value with its interval."""

    value: float
    """The value."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""


class Exposure(_Record):
    """Secrets of one frequency."""

    frequency: int
    """Training notes that held each."""
    secrets: int
    """How many there were."""
    exposure: Figure
    """Mean exposure, in bits."""
    first: int
    """Secrets that ranked before all candidates."""


class CanaryFigures(_Record):
    """How well planted secrets are remembered."""

    scored_by: str
    """What ranks the secrets."""
    candidates: int
    """Secrets that each one was ranked among, itself not counted."""
    frequencies: list[Exposure]
    """By frequency, rarest first."""


class Attack(_Record):
    """One way of guessing who was in the training notes."""

    name: str
    """What patients are ranked by."""
    auc: Figure
    """Area under the curve; 0.5 is chance."""
    tpr: Figure | None
    """Share of members found at one false accusation in a hundred; null with fewer than a hundred others."""


class MembershipFigures(_Record):
    """How well patients trained on can be distinguished from others."""

    members: int
    """Patients trained on."""
    others: int
    """Patients held out."""
    attacks: list[Attack]
    """The attacks, best first."""


class Recovery(_Record):
    """One way of getting at names."""

    name: str
    """What was tried."""
    model: Figure
    """How well the model gives names away."""
    base: Figure
    """The same of the base."""
    rise: Figure
    """Model minus base, paired; this is what the limit holds for."""
    n: int
    """Names searched for, or slots filled in."""
    detail: dict[str, float] = {}
    """Further figures by name."""


class Audit(_Record):
    """An audit of one model."""

    version: int = AUDIT_VERSION
    """Version of this record."""
    wardspace: str
    """Version of the program."""
    study: str
    """Name of the study."""
    model: str
    """Name of the model."""
    weights: str
    """SHA-256 over the model's files of weights: the audit holds for these alone."""
    corpus: str
    """Content hash of what adaptation read."""
    synthetic: bool
    """True where the notes were made up."""
    confidence: float
    """Confidence of the intervals."""
    canaries: CanaryFigures | None = None
    """Planted secrets."""
    membership: MembershipFigures | None = None
    """Membership of patients."""
    recovery: list[Recovery] | None = None
    """Names."""
    not_measured: dict[PrivacyMeasure, str] = {}
    """Why anything is missing."""

    def write(self, folder: Path) -> Path:
        """Write audit.json into a model folder."""
        path = folder / AUDIT_FILE
        write_json(path, self.model_dump(mode="json"))
        return path

    @classmethod
    def read(cls, folder: Path) -> Audit | None:
        """The audit in a model folder, or None where there is none.

        Raises
        ------
        RunError
            If it is damaged or of another version.
        """
        path = folder / AUDIT_FILE
        if not path.is_file():
            return None
        try:
            raw = read_json(path)
            if raw["version"] != AUDIT_VERSION:
                raise RunError("an audit of another version", where=path, fix="audit the model again")
            return cls.model_validate(raw)
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise RunError("damaged audit", where=path, fix="audit the model again") from error


Numbers = NDArray[np.float64]


def mean_figure(values: Numbers, privacy: PrivacyConfig) -> Figure:
    """Mean of one number a unit (a secret, a patient), the units resampled."""
    return ratio_figure(values, np.ones(len(values)), privacy)


def ratio_figure(sums: Numbers, counts: Numbers, privacy: PrivacyConfig) -> Figure:
    """Sum over units divided by their count, the units resampled; units of a patient's slots differ in number."""
    draws = np.empty(privacy.resamples)
    for block, weights in Resamples(len(sums), privacy.resamples, privacy.seed).blocks(len(sums)):
        totals = weights @ counts
        draws[block] = np.divide(weights @ sums, totals, out=np.full(len(totals), np.nan), where=totals > 0)
    low, high = interval(draws, privacy.confidence)
    return Figure(value=float(sums.sum() / counts.sum()), low=low, high=high)


def two_sample_figure(
    members: Numbers, others: Numbers, statistic: Callable[[Numbers, Numbers], float], privacy: PrivacyConfig
) -> Figure:
    """A statistic of two groups, members and others resampled each among themselves."""
    draws = np.empty(privacy.resamples)
    for number in range(privacy.resamples):
        random = generator("privacy bootstrap", privacy.seed, number)
        first, second = (random.integers(len(group), size=len(group)) for group in (members, others))
        draws[number] = statistic(members[first], others[second])
    low, high = interval(draws, privacy.confidence)
    return Figure(value=statistic(members, others), low=low, high=high)
