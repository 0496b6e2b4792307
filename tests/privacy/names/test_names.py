import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.corpora import write_corpus
from wardspace.config import PrivacyConfig
from wardspace.corpus import Corpus
from wardspace.privacy.names.names import NoNamesError, named_notes

TEXT = "Seen by Dr. Ada Quill, plan with Zed Omar."


def marked(folder, texts, spans=None):
    rows = [
        {"note_id": f"n{i}", "patient_id": f"p{i}", "text": text, "split": "train", "note_type": None}
        for i, text in enumerate(texts)
    ]
    corpus = write_corpus(folder, rows)
    if spans is None:
        return corpus
    part = folder / "notes" / "part-00000.parquet"
    pq.write_table(pq.read_table(part).append_column("identifiers", pa.array(spans)), part)
    return Corpus.open(folder)


def span(text, name, kind="name"):
    return {"start": text.index(name), "end": text.index(name) + len(name), "kind": kind}


def test_marked_names_are_taken_and_other_identifiers_are_not(tmp_path):
    spans = [[span(TEXT, "Ada Quill", "clinician"), span(TEXT, "Zed Omar"), span(TEXT, "plan", "date")]]
    (note,) = named_notes(marked(tmp_path / "c", [TEXT], spans), PrivacyConfig())
    assert [(note.name(one), one.kind) for one in note.mentions] == [("Ada Quill", "clinician"), ("Zed Omar", "name")]


def test_without_marks_the_rules_look(tmp_path):
    (note,) = named_notes(marked(tmp_path / "c", [TEXT]), PrivacyConfig())
    assert any("Quill" in note.name(one) for one in note.mentions)


def test_tags_in_place_of_names_are_no_names(tmp_path):
    text = "Seen by Dr. [NAME] and ***, today."
    spans = [[span(text, "[NAME]"), span(text, "***")]]
    with pytest.raises(NoNamesError, match="de-identified"):
        named_notes(marked(tmp_path / "c", [text], spans), PrivacyConfig())


def test_a_column_of_something_else_is_told(tmp_path):
    corpus = marked(tmp_path / "c", [TEXT])
    with pytest.raises(NoNamesError, match="'note_type' holds no spans"):
        named_notes(corpus, PrivacyConfig(name_spans="note_type"))


def test_null_looks_for_none(tmp_path):
    with pytest.raises(NoNamesError, match="null"):
        named_notes(marked(tmp_path / "c", [TEXT]), PrivacyConfig(name_spans=None))
