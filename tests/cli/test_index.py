import csv

import pytest
from typer.testing import CliRunner

from tests.fixtures.models import tiny_model
from wardspace.cli.app import app
from wardspace.core.errors import CorpusError, ModelError, StudyError, WardspaceError
from wardspace.models import Encoder
from wardspace.serve.index import Index
from wardspace.serve.index.writer import identity_of


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("base") / "model")


def write_notes(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["note_id", "text", "who", "seen", "ward"])
        writer.writerows(rows)


ROWS = [
    ["n1", "chest pain and fever", "p1", "2024-01-05", "a"],
    ["n2", "cough at night", "p2", "2024-06-05", "b"],
    ["n3", "", "p2", "2024-06-06", "b"],
    ["n1", "the same name again", "p3", "2024-06-07", "b"],
]


def run(*arguments):
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def build(path, base, folder, *more):
    return run("index", path, base, folder, "--patient", "who", "--time", "seen", "--metadata", "ward", *more)


def test_index_find_and_forget(base, tmp_path):
    path, folder = tmp_path / "notes.csv", tmp_path / "index"
    write_notes(path, ROWS)
    build(path, base, folder, "--keep-text", "--weight", "0.4")
    index = Index.open(folder)
    assert (index.about.notes, index.about.weight, index.about.name) == (2, 0.4, "index")
    assert (tmp_path / "index.rejects.parquet").is_file()
    encoder = Encoder.load(base)
    (hit,) = index.search(vector=encoder.encode(["cough at night"], show_progress=False)[0], limit=1)
    assert (hit.note_id, hit.patient_id, hit.time, hit.metadata) == ("n2", "p2", "2024-06-05", {"ward": "b"})
    assert hit.score == pytest.approx(1, abs=1e-2)
    index.check_model(identity_of(encoder))
    change = index.about.change
    build(path, base, folder, "--keep-text")  # nothing is new
    index.reload()
    assert index.about.change == change
    found = run("find", folder, base, "cough", "--where", "ward=a", "--from", "2024", "--show-text").output
    assert "n1" in found
    assert "n2" not in found
    assert "chest pain" in found
    assert "cough" not in run("find", folder, base, "night cough").output
    run("forget", folder, "--patient", "p2")
    index.reload()
    assert (index.about.notes, index.search(words="cough")) == (1, [])


def test_what_cannot_be_done(base, tmp_path):
    path, folder = tmp_path / "notes.csv", tmp_path / "index"
    write_notes(path, ROWS[2:3])
    with pytest.raises(CorpusError):
        build(path, base, folder)
    write_notes(path, ROWS)
    build(path, base, folder)
    other = tiny_model(tmp_path / "other", seed=1)
    for arguments, fault in (
        (("find", folder, other, "cough"), ModelError),
        (("find", folder, base, "cough", "--show-text"), WardspaceError),
        (("find", folder, base, "cough", "--where", "ward"), WardspaceError),
        (("forget", folder), StudyError),
    ):
        with pytest.raises(fault):
            run(*arguments)
