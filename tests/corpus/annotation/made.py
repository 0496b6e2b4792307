"""Notes in several scripts, and annotations of them."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.corpora import write_corpus
from wardspace.config import AnnotatedConfig
from wardspace.corpus import Corpus
from wardspace.corpus.annotation import Annotation, MarkedSpan, Value
from wardspace.corpus.review.judgement import text_digest

DRUGS = AnnotatedConfig(kind="spans", types=["Drug", "Dose"])
URGENCY = AnnotatedConfig(kind="label", types=["routine", "urgent"])
COLUMNS = {"drugs": DRUGS, "urgency": URGENCY}

TEXTS = {
    "plain": "Aspirin 81 mg daily, then aspirin stopped.",
    "astral": "😀👍🏽 Aspirin 81 mg 💊 daily.",
    "breaks": "Give\r\naspirin\r\n81 mg.\r\nThen rest.",
    "combining": "Cafe\u0301 au lait with e\u0301talon aspirin",
    "arabic": "تناول المريض الأسبرين 81 ملغ يوميا",
    "chinese": "患者每日服用阿司匹林81毫克。",
    "markup": "<script>document.title = 'x'</script> aspirin & <b>81 mg</b>",
}
SPLITS = ("train", "train", "train", "validation", "validation", "test", "test")
SPANS = {
    "plain": [("Aspirin", "Drug"), ("81 mg", "Dose"), ("aspirin", "Drug")],
    "astral": [("Aspirin", "Drug"), ("81 mg", "Dose")],
    "breaks": [("aspirin\r\n81 mg", "Drug")],
    "combining": [("e\u0301talon", "Drug"), ("aspirin", "Drug")],
    "arabic": [("الأسبرين", "Drug"), ("81 ملغ", "Dose")],
    "chinese": [("阿司匹林", "Drug"), ("81毫克", "Dose")],
    "markup": [("aspirin", "Drug"), ("81 mg", "Dose")],
}


def corpus_of(folder: Path, texts: dict[str, str] = TEXTS, splits: tuple[str, ...] = SPLITS) -> Corpus:
    rows = [
        {"note_id": name, "patient_id": f"p{i}", "text": text, "split": splits[i % len(splits)]}
        for i, (name, text) in enumerate(texts.items())
    ]
    return write_corpus(folder, rows, metadata=())


def spans(note_id: str, texts: dict[str, str] = TEXTS) -> tuple[MarkedSpan, ...]:
    """The spans of a note, by the place of their words."""
    found, after = [], 0
    for words, kind in SPANS[note_id]:
        after = texts[note_id].index(words, after)
        found.append(MarkedSpan(start=after, end=after + len(words), type=kind))
    return tuple(found)


def said(
    note_id: str, value: Value | None, annotator: str = "ann", *, time: str = "1", text: str | None = None, **more
):
    kind = "label" if isinstance(value, str) else "spans"
    whole = {"kind": kind, "column": "urgency" if kind == "label" else "drugs", "seconds": 1.5, **more}
    text = text_digest(TEXTS[note_id] if text is None else text)
    return Annotation(note_id=note_id, text=text, annotator=annotator, time=time, value=value, **whole)
