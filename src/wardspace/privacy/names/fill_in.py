"""Whether a model fills names back into the places they were taken out of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from wardspace.config import PrivacyConfig
from wardspace.core.progress import progress
from wardspace.core.seeds import unit
from wardspace.privacy.attacker.masked import MaskedWords
from wardspace.privacy.names.names import NamedNote
from wardspace.privacy.record import Recovery, ratio_figure

OPTIONS = 200
"""Most names that the true one is ranked among."""
TOP = 10
_CONTEXT = 400
"""Characters read before and after a slot."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Slot:
    """A place a name was taken out of."""

    patient: str
    """Whose note it is in."""
    before: str
    """What is before it."""
    after: str
    """What is after it."""
    name: str
    """What stood there."""
    kind: str
    """Kind of name: only names of one kind are compared."""


def filled(
    notes: Sequence[NamedNote], model: MaskedWords, base: MaskedWords, privacy: PrivacyConfig, *, show_progress: bool
) -> Recovery | None:
    """Rank the true name of each slot among the names of the corpus.

    Parameters
    ----------
    notes : sequence of NamedNote
        Training notes.
    model, base : MaskedWords
        Who guesses.
    privacy : PrivacyConfig
        How many slots, resamples and confidence.
    show_progress : bool
        Show a bar.

    Returns
    -------
    Recovery or None
        Shares of slots whose name is among the first ten; None where no kind has more than ten names.
    """
    options = _options(notes, privacy.seed)
    slots = [slot for slot in _slots(notes, model, privacy) if len(options[slot.kind]) > TOP]
    if not slots:
        return None
    ranks: dict[str, list[float]] = {"model": [], "base": []}
    with progress("filling in names (slots)", len(slots), show=show_progress) as advance:
        for slot in slots:
            for who, words in (("model", model), ("base", base)):
                ranks[who].append(_rank(words, slot, options[slot.kind]))
            advance()
    return _recovery(slots, options, {who: np.array(found) for who, found in ranks.items()}, privacy)


def _recovery(
    slots: list[Slot], options: dict[str, list[str]], ranks: dict[str, Numbers], privacy: PrivacyConfig
) -> Recovery:
    hits = {who: (found <= TOP).astype(np.float64) for who, found in ranks.items()}
    patients = np.unique([slot.patient for slot in slots], return_inverse=True)[1]
    counts = np.bincount(patients).astype(np.float64)

    def figure(values: Numbers) -> object:
        return ratio_figure(np.bincount(patients, weights=values).astype(np.float64), counts, privacy)

    chance = float(np.mean([TOP / len({*options[slot.kind], slot.name}) for slot in slots]))
    return Recovery.model_validate(
        {
            "name": "names filled into slots (top 10)",
            "model": figure(hits["model"]),
            "base": figure(hits["base"]),
            "rise": figure(hits["model"] - hits["base"]),
            "n": len(slots),
            "detail": {
                "chance": chance,
                "mrr": float((1 / ranks["model"]).mean()),
                "mrr_base": float((1 / ranks["base"]).mean()),
            },
        }
    )


def _options(notes: Sequence[NamedNote], seed: int) -> dict[str, list[str]]:
    """Names of each kind, those with the lowest hashes."""
    found: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        for mention in note.mentions:
            found[mention.kind].add(note.name(mention))
    return {
        kind: sorted(names, key=lambda name: unit("options", seed, name))[:OPTIONS] for kind, names in found.items()
    }


def _slots(notes: Sequence[NamedNote], words: MaskedWords, privacy: PrivacyConfig) -> list[Slot]:
    """One slot for each name of a patient's notes, its other mentions hidden."""
    hide = partial(_without, mask=words.mask_token)
    found: dict[tuple[str, str], Slot] = {}
    for note in notes:
        for mention in note.mentions:
            name = note.name(mention)
            before = note.text[max(0, mention.start - _CONTEXT) : mention.start]
            after = note.text[mention.end : mention.end + _CONTEXT]
            found.setdefault(
                (note.patient, name), Slot(note.patient, hide(before, name), hide(after, name), name, mention.kind)
            )
    order = sorted(found, key=lambda key: unit("slots", privacy.seed, *key))
    return [found[key] for key in order[: privacy.slots]]


def _without(text: str, name: str, mask: str) -> str:
    words = [re.escape(word) for word in re.findall(r"\w+", name) if len(word) > 1]
    return re.sub(rf"\b(?:{'|'.join(words)})\b", lambda _: mask, text, flags=re.IGNORECASE) if words else text


def _rank(words: MaskedWords, slot: Slot, options: list[str]) -> float:
    """Rank of the true name; of equals, half rank before it."""
    others = [name for name in options if name.casefold() != slot.name.casefold()]
    true, *rest = words.fill_scores(slot.before, slot.after, [slot.name, *others])
    scores = np.array(rest)
    return 1 + float((scores > true).sum()) + float((scores == true).sum()) / 2
