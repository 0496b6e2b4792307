import base64
import csv

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from sklearn.metrics.pairwise import cosine_similarity
from typer.testing import CliRunner

from tests.fixtures.models import tiny_model
from wardspace.cli.app import app
from wardspace.config import SourceConfig, parse_study
from wardspace.core.errors import CorpusError
from wardspace.models import Encoder
from wardspace.study.commands.embed_file import embed_file
from wardspace.study.commands.own_columns import OwnColumns
from wardspace.study.commands.similar import similar
from wardspace.study.folder import RunFolder

WORDS = ("pain", "chest", "leg", "fever", "cough", "nausea", "rash", "head", "left", "right", "acute", "mild", "no")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture(scope="module")
def encoder(base):
    return Encoder.load(base)


@pytest.fixture
def notes(tmp_path):
    """Notes in columns of their own names, and what they are."""
    random = np.random.default_rng(4)
    texts = {f"n{i}": " ".join(random.choice(WORDS, 12)) for i in range(40)}
    path = tmp_path / "notes.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ID", "BODY"])
        rows.writerows(texts.items())
    return path, texts


def brute(encoder, texts, asked, without=None):
    scores = cosine_similarity(encoder.encode([asked]), encoder.encode(list(texts.values())))[0]
    ranked = sorted(zip(texts, scores, strict=True), key=lambda one: -one[1])
    return [(name, score) for name, score in ranked if name != without]


def test_hits_are_those_of_scikit_learn_s_cosine(encoder, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, texts = notes
    source = SourceConfig(path=str(path))
    for asked, wanted in (
        ({"note_id": "n7"}, brute(encoder, texts, texts["n7"], without="n7")),
        ({"text": "acute chest pain"}, brute(encoder, texts, "acute chest pain")),
    ):
        found = similar(encoder, OwnColumns(source, "BODY", "ID"), k=5, **asked)
        assert [one.similarity for one in found] == pytest.approx([score for _, score in wanted[:5]], abs=1e-4)
        assert found[0].note_id == wanted[0][0]
    assert {path.name for path in tmp_path.iterdir()} == {"notes.csv"}  # nothing is left behind


def test_vectors_that_embed_wrote_are_not_made_again(encoder, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, _ = notes
    source = SourceConfig(path=str(path))
    wanted = similar(encoder, OwnColumns(source, "BODY", "ID"), note_id="n3")
    embed_file(encoder, source, tmp_path / "vectors.parquet", text="BODY", note_id="ID")
    path.unlink()
    assert similar(encoder, OwnColumns(SourceConfig(path=str(tmp_path / "vectors.parquet"))), note_id="n3") == wanted
    half = tmp_path / "half.parquet"
    table = pq.read_table(tmp_path / "vectors.parquet")
    vectors = [one[:16] for one in table["vector"].to_pylist()]
    pq.write_table(table.set_column(1, "vector", pa.array(vectors, pa.list_(pa.float32(), 16))), half)
    with pytest.raises(CorpusError, match="16 numbers"):
        similar(encoder, OwnColumns(SourceConfig(path=str(half))), text="pain")


def test_an_unknown_note_is_a_user_s_fault(encoder, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError, match="no note 'n99'"):
        similar(encoder, OwnColumns(SourceConfig(path=str(notes[0])), "BODY", "ID"), note_id="n99")


@pytest.fixture
def model_of_a_run(base, tmp_path):
    """A model in a run whose study names columns and a format."""
    folder = RunFolder(tmp_path / "runs" / "ward")
    folder.begin()
    columns = {"note_id": "ID", "text": "BODY"}
    study = parse_study({"corpus": {"source": {"path": "old.csv", "format": "csv"}, "columns": columns}})
    folder.study.write_text(yaml.safe_dump(study.resolved()))
    Encoder.load(base).save(folder.model("mlm"))
    return folder.model("mlm")


def test_notes_are_read_as_the_model_s_study_reads_them(model_of_a_run, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, texts = notes
    done = CliRunner().invoke(app, ["embed", str(model_of_a_run), str(path), "--out", str(tmp_path / "v.parquet")])
    assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(app, ["similar", str(model_of_a_run), str(path), "--id", "n1", "-k", "3"])
    assert listed.exit_code == 0, listed.output
    hits = [line.split()[-1] for line in listed.output.splitlines() if line.strip()[:1].isdigit()]
    assert len(hits) == 3
    assert set(hits) < set(texts) - {"n1"}


def test_notes_are_cleaned_as_the_model_s_study_cleans_them(model_of_a_run, encoder, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, texts = notes
    folder = RunFolder(model_of_a_run.parent.parent)
    study = yaml.safe_load(folder.study.read_text())
    study["corpus"]["clean"] |= {"html": True, "lowercase": True}
    folder.study.write_text(yaml.safe_dump(study))
    marked = [f"<p>{text.upper()}</p>" for text in texts.values()]
    path.write_text("".join(f"{name},{text}\n" for name, text in zip(["ID", *texts], ["BODY", *marked], strict=True)))
    command = ["embed", str(path), "--out", str(tmp_path / "v.parquet")]
    done = CliRunner().invoke(app, [command[0], str(model_of_a_run), *command[1:]])
    assert done.exit_code == 0, done.output
    found = np.array(pq.read_table(tmp_path / "v.parquet")["vector"].to_pylist())
    assert np.abs(found - encoder.encode(list(texts.values()))).max() < 1e-5
    assert "--clean" not in done.output


def test_notes_of_a_study_that_is_given_split_by_split(model_of_a_run, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = RunFolder(model_of_a_run.parent.parent)
    study = yaml.safe_load(folder.study.read_text())
    study["corpus"]["source"] |= {"path": None, "train": "a.csv", "test": "b.csv"}
    folder.study.write_text(yaml.safe_dump(study))
    done = CliRunner().invoke(app, ["embed", str(model_of_a_run), str(notes[0]), "--out", str(tmp_path / "v.parquet")])
    assert done.exit_code == 0, done.output
    assert pq.read_table(tmp_path / "v.parquet")["note_id"].to_pylist() == list(notes[1])


def test_markup_is_told_of_and_cleaned_where_that_is_asked_for(base, encoder, notes, tmp_path):
    path, texts = notes
    packed = [base64.b64encode(f"<p>{text}</p>".encode()).decode() for text in texts.values()]
    path.write_text("".join(f"{name},{text}\n" for name, text in zip(["ID", *texts], ["BODY", *packed], strict=True)))
    command = ["embed", str(base), str(path), "--out", str(tmp_path / "v.parquet"), "--id", "ID", "--text", "BODY"]
    told = []
    for steps in ([], ["base64"], ["base64", "html"]):
        done = CliRunner().invoke(app, [*command, *(part for step in steps for part in ("--clean", step))])
        assert done.exit_code == 0, done.output
        told.append([step for step in ("base64", "html") if f"--clean {step}" in done.output])
    assert told == [["base64"], ["html"], []]
    found = np.array(pq.read_table(tmp_path / "v.parquet")["vector"].to_pylist())
    assert np.abs(found - encoder.encode(list(texts.values()))).max() < 1e-5
    assert CliRunner().invoke(app, [*command, "--clean", "lower"]).exit_code != 0


@pytest.mark.parametrize("asked", [[], ["--id", "a", "--text", "b"]])
def test_one_thing_is_asked_for(model_of_a_run, notes, asked):
    assert CliRunner().invoke(app, ["similar", str(model_of_a_run), str(notes[0]), *asked]).exit_code != 0
