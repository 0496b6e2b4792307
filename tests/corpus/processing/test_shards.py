"""An interrupted preparation goes on from what was examined."""

import pytest

from tests.fixtures.sources import csv_text
from wardspace.config import CorpusConfig
from wardspace.corpus import Corpus, prepare
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.processing import chunks

ROWS = [(f"n{i}", f"p{i // 2}", f"No fever on day {i}. Walked {i} steps.") for i in range(100)]


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 10)
    path = tmp_path / "notes.csv"
    path.write_text(csv_text(ROWS, ("note_id", "patient", "text")))
    return path


@pytest.fixture
def examined(monkeypatch):
    """Numbers of the rows that were examined; `stop_at` interrupts at one."""
    seen = Seen()
    original = Examiner.examine

    def examine(self, file, row):
        if row.number == seen.stop_at:
            raise KeyboardInterrupt
        seen.append(row.number)
        return original(self, file, row)

    monkeypatch.setattr(Examiner, "examine", examine)
    return seen


class Seen(list):
    stop_at = None


def made(source, tmp_path, name="corpus", **options):
    config = {"source": {"path": str(source)}, "columns": {"patient_id": "patient"}, **options}
    return prepare(CorpusConfig.model_validate(config), tmp_path / name, show_progress=False)


def interrupted(source, tmp_path, examined, row, **options):
    examined.stop_at = row
    with pytest.raises(KeyboardInterrupt):
        made(source, tmp_path, **options)
    examined.stop_at = None
    done = list(examined)
    examined.clear()
    return done


def test_what_was_examined_is_not_examined_again(source, tmp_path, examined, capsys):
    whole = made(source, tmp_path, "whole")
    examined.clear()
    done = interrupted(source, tmp_path, examined, 57)
    assert len(done) == 55  # lines 2 to 56
    corpus = made(source, tmp_path)
    assert sorted(examined) == list(range(52, 102))  # chunks are whole: five were kept
    assert "going on: 5 chunks of notes examined before" in capsys.readouterr().err
    assert corpus.content_hash == whole.content_hash
    assert corpus.manifest.model_copy(update={"seconds": {}}) == whole.manifest.model_copy(update={"seconds": {}})
    assert corpus.rejects() == whole.rejects()
    assert not (tmp_path / ".corpus-shards").exists()


@pytest.mark.parametrize("changed", [{"clean": {"lowercase": True}}, {"reject": {"min_characters": 2}}])
def test_other_settings_examine_anew(source, tmp_path, examined, changed):
    interrupted(source, tmp_path, examined, 57)
    made(source, tmp_path, **changed)
    assert len(examined) == 100


def test_what_comes_after_the_examining_may_change(source, tmp_path, examined):
    interrupted(source, tmp_path, examined, 57)
    made(source, tmp_path, split={"seed": 4}, sample=30)
    assert len(examined) == 50


def test_changed_rows_are_examined_anew(source, tmp_path, examined):
    interrupted(source, tmp_path, examined, 57)
    source.write_text(source.read_text().replace("Walked 23 steps", "Slept"))
    corpus = made(source, tmp_path)
    assert sorted(examined) == [*range(22, 32), *range(52, 102)]
    assert any("Slept" in text for text in corpus.table(["text"])["text"].to_pylist())


def test_a_damaged_shard_is_made_again(source, tmp_path, examined):
    whole = made(source, tmp_path, "whole")
    examined.clear()
    interrupted(source, tmp_path, examined, 57)
    shards = sorted((tmp_path / ".corpus-shards").iterdir())
    assert len(shards) == 5
    shards[0].write_bytes(shards[0].read_bytes()[:100])
    shards[1].write_bytes(b"")
    corpus = made(source, tmp_path)
    assert len(examined) == 70
    assert corpus.content_hash == whole.content_hash


def test_a_kept_shard_holds_no_identifier(tmp_path, examined, monkeypatch):
    monkeypatch.setattr(chunks, "ROWS", 10)
    source = tmp_path / "notes.csv"
    rows = [(f"n{i}", f"p{i}", f"Seen by Dr. Quillfeather on day {i}.") for i in range(40)]
    source.write_text(csv_text(rows, ("note_id", "patient", "text")))
    interrupted(source, tmp_path, examined, 30, deidentify={}, workers=0)
    shards = list((tmp_path / ".corpus-shards").iterdir())
    assert len(shards) == 2
    assert not any(b"Quillfeather" in shard.read_bytes() for shard in shards)
    assert len(made(source, tmp_path, deidentify={}, workers=0)) == 40
    assert Corpus.open(tmp_path / "corpus").table(["text"])["text"][0].as_py() == "Seen by Dr. [NAME] on day 0."
