"""From a note to the same note without identifiers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from wardspace.config import DeidentifyConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import digest
from wardspace.corpus.deidentify.findings import Detector, Finding
from wardspace.corpus.deidentify.folding import Folded, folded
from wardspace.corpus.deidentify.known_names import KnownNames
from wardspace.corpus.deidentify.mimic import MimicDetector
from wardspace.corpus.deidentify.operators import rewritten
from wardspace.corpus.deidentify.presidio import MODEL_PACKAGE
from wardspace.corpus.deidentify.rules.addresses import AddressDetector
from wardspace.corpus.deidentify.rules.ages import AgeDetector
from wardspace.corpus.deidentify.rules.contacts import ContactDetector
from wardspace.corpus.deidentify.rules.dates import DateDetector
from wardspace.corpus.deidentify.rules.institutions import InstitutionDetector
from wardspace.corpus.deidentify.rules.names import NameDetector, RepeatDetector
from wardspace.corpus.deidentify.rules.numbers import NumberDetector
from wardspace.corpus.deidentify.rules.practices import PracticeDetector
from wardspace.corpus.deidentify.rules.regions import RegionDetector
from wardspace.corpus.deidentify.rules.small_letters import SmallLettersDetector
from wardspace.corpus.deidentify.rules.whereabouts import WhereaboutsDetector
from wardspace.corpus.deidentify.surrogates.key import Keyed, key_from
from wardspace.corpus.deidentify.surrogates.surrogates import Surrogates
from wardspace.corpus.deidentify.union import united
from wardspace.corpus.note.clean import Offsets


class Deidentifier:
    """Finds identifiers by the configured detectors and applies the configured operators.

    Parameters
    ----------
    config : DeidentifyConfig
        Detectors and operators.
    key : bytes, optional
        Secret behind the surrogates (see `key_from`); needed where the operator of any type is `surrogate`.

    Raises
    ------
    CorpusError
        When a key is needed and missing, or Presidio is asked for and not installed.

    Examples
    --------
    >>> from wardspace.config import DeidentifyConfig
    >>> text, offsets, findings = Deidentifier(DeidentifyConfig()).deidentified("Seen by Dr. Parkinson on 4/12/23.")
    >>> text
    'Seen by Dr. [NAME] on [DATE].'
    """

    def __init__(self, config: DeidentifyConfig, key: bytes | None = None) -> None:
        if config.needs_key and not key:
            raise CorpusError(
                "surrogates need a key", where="deidentify.key_file", fix="set key_file, or another operator"
            )
        self.config, self._key = config, key
        self._detectors = tuple(_detectors(config))

    def __reduce__(self) -> tuple[type[Deidentifier], tuple[DeidentifyConfig, bytes | None]]:
        """For other processes: detectors are made again there."""
        return Deidentifier, (self.config, self._key)

    def identity(self) -> str:
        """A digest of everything but the note that the outcome depends on; the key cannot be derived from it."""
        options = self.config.model_dump(mode="json", exclude={"key_file", "review"})
        parts = ["presidio-analyzer", "spacy", MODEL_PACKAGE] if "presidio" in self.config.detectors else []
        secret = hashlib.sha256(self._key).hexdigest() if self._key else None
        return digest([options, secret, {name: version(name) for name in parts}])

    @classmethod
    def open(cls, config: DeidentifyConfig, corpus: Path) -> Deidentifier:
        """With the key of the configured file, if one is needed; it is made if it is not there.

        Parameters
        ----------
        config : DeidentifyConfig
            Detectors, operators and the key file.
        corpus : Path
            The corpus folder, in which the key may not lie.

        Raises
        ------
        CorpusError
            When the key file is missing in the configuration or not fit for use.
        """
        if not config.needs_key or config.key_file is None:
            return cls(config)
        return cls(config, key_from(Path(config.key_file).expanduser(), corpus))

    def deidentified(
        self, text: str, patient: str = "", known_names: Iterable[str] = ()
    ) -> tuple[str, Offsets, list[Finding]]:
        """A note without identifiers.

        Parameters
        ----------
        text : str
            The note.
        patient : str
            Whose note it is: surrogates and the shift of dates are consistent within a patient.
        known_names : iterable of str
            Names that are known to belong to this patient's notes.

        Returns
        -------
        tuple
            The new text, the map from old places to new ones, and what was found, in places of the old text.
        """
        known = tuple(known_names)
        findings = self.findings(text, known)
        return (*self.hidden(text, findings, patient, known), findings)

    def hidden(
        self, text: str, findings: Sequence[Finding], patient: str = "", known_names: Iterable[str] = ()
    ) -> tuple[str, Offsets]:
        """A note without these findings, and the map from old places to new ones.

        Parameters
        ----------
        text : str
            The note.
        findings : sequence of Finding
            In the order of the text, none overlapping another.
        patient : str
            Whose note it is.
        known_names : iterable of str
            Names that are known to belong to this patient's notes.
        """
        surrogates = None
        if self._key and self.config.needs_key:
            names = (text[finding.start : finding.end] for finding in findings if finding.type == "NAME")
            surrogates = Surrogates(Keyed(self._key, patient), self.config, (*known_names, *names))
        return rewritten(text, findings, self.config, surrogates)

    def findings(self, text: str, known_names: Iterable[str] = ()) -> list[Finding]:
        """What identifies somebody in a note, in the order of the text, none overlapping another."""
        found: list[Finding] = []
        folding = folded(text)
        known = [KnownNames(known_names)] if "known_names" in self.config.detectors else []
        for detector in (*known, *self._detectors):
            found += detector.find(folding.text, found)
        sure = (finding for finding in found if finding.score >= self.config.threshold)
        return united(text, (_in_original(finding, folding) for finding in sure))


def _in_original(finding: Finding, folding: Folded) -> Finding:
    start, end = folding.span(finding.start, finding.end)
    return replace(finding, start=start, end=end)


def _detectors(config: DeidentifyConfig) -> Iterable[Detector]:
    if "mimic" in config.detectors:
        yield MimicDetector()
    if "rules" in config.detectors:
        yield from (DateDetector(), AgeDetector(), NumberDetector(), ContactDetector(), AddressDetector())
        yield from (InstitutionDetector(), WhereaboutsDetector(), PracticeDetector(), RegionDetector())
        yield from (SmallLettersDetector(), NameDetector())
    if "presidio" in config.detectors:
        from wardspace.corpus.deidentify.presidio import PresidioDetector  # noqa: PLC0415 - optional and slow

        yield PresidioDetector()
    yield RepeatDetector()  # last: it looks for the names that the others found
