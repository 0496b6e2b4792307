"""How far a model gives names away."""

from __future__ import annotations

from wardspace.config import PrivacyConfig
from wardspace.corpus import Corpus
from wardspace.privacy.attacker.audited_model import Subject
from wardspace.privacy.names.fill_in import filled
from wardspace.privacy.names.names import NoNamesError, named_notes
from wardspace.privacy.names.probe import probed
from wardspace.privacy.record import Recovery


def recovery(subject: Subject, corpus: Corpus, privacy: PrivacyConfig, *, show_progress: bool = True) -> list[Recovery]:
    """Everything of names that can be measured on this model and these notes.

    Parameters
    ----------
    subject : Subject
        The model and its base.
    corpus : Corpus
        The notes, without canaries.
    privacy : PrivacyConfig
        What to measure.
    show_progress : bool
        Show bars.

    Raises
    ------
    NoNamesError
        If nothing can be measured; the message says why.
    """
    base = subject.reference
    if base is None or base.encoder is None or subject.encoder is None:
        raise NoNamesError("names are measured as a rise over the base, and there is none to compare this model with")
    notes = named_notes(corpus, privacy)
    found = [probed(notes, subject.encoder, base.encoder, privacy)]
    if subject.words and base.words:
        found.append(filled(notes, subject.words, base.words, privacy, show_progress=show_progress))
    known = [one for one in found if one is not None]
    if not known:
        raise NoNamesError("too few names are in the notes of several patients, or of one kind")
    return known
