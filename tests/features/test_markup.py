"""Notes that are HTML or RTF in a column of a table: warned of, or turned into text with all that hangs on it."""

import base64
import html
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.sources import corpus_config, csv_text
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.review.drawing import original_notes

HTML = "<html><body><p>Note {}. chest &amp; back pain.</p>&nbsp;<b>Plan</b> rest</body></html>"
RTF = r"{{\rtf1\ansi\deff0{{\fonttbl{{\f0 Arial;}}}}\f0\fs20 Note {}. caf\'e9\par rest.}}"
ROWS = [(f"n{i}", (RTF if i % 2 else HTML).format(i)) for i in range(40)]
BOTH = {"html": True, "rtf": True}


def source(tmp_path, kind):
    path = tmp_path / f"notes.{kind}"
    if kind == "csv":
        path.write_text(csv_text(ROWS))
    elif kind == "jsonl":
        path.write_text("".join(json.dumps({"note_id": key, "text": text}) + "\n" for key, text in ROWS))
    else:
        pq.write_table(pa.table(dict(zip(("note_id", "text"), zip(*ROWS, strict=True), strict=True))), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_markup_is_taken_from_notes_of_any_table(tmp_path, kind):
    config = corpus_config(source(tmp_path, kind), clean=BOTH, deduplicate={"report_near": None})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    found = dict(zip(*corpus.table(["note_id", "text"]).to_pydict().values(), strict=True))
    assert found["n0"] == "Note 0. chest & back pain.\nPlan rest"
    assert found["n1"] == "Note 1. café\nrest."
    assert not any("<" in text or "\\" in text for text in found.values())
    assert [step for step in corpus.manifest.steps if step["step"] in ("clean.html", "clean.rtf")] == [
        {"step": "clean.html", "changed": 20},
        {"step": "clean.rtf", "changed": 20},
    ]
    assert not any("corpus.clean" in warning for warning in corpus.manifest.warnings)


def test_a_share_of_markup_is_warned_of_where_the_step_is_off(tmp_path):
    path = source(tmp_path, "csv")
    for clean, told in (({}, ["html", "rtf"]), ({"rtf": True}, ["html"])):
        config = corpus_config(path, clean=clean, deduplicate={"report_near": None})
        corpus = prepare(config, tmp_path / "corpus", show_progress=False)
        warnings = [warning for warning in corpus.manifest.warnings if "corpus.clean" in warning]
        assert [any(f"clean.{name}" in warning for warning in warnings) for name in ("html", "rtf")] == [
            name in told for name in ("html", "rtf")
        ]
        assert all(warning.startswith("20 notes") for warning in warnings)


def test_a_few_plain_notes_with_angles_are_no_markup(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text(csv_text((f"n{i}", f"Temp <{i} and K >5, seen by <Dr X> & stable") for i in range(40)))
    config = corpus_config(path, clean=BOTH, deduplicate={"report_near": None})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    assert "Temp <0 and K >5, seen by <Dr X> & stable" in corpus.table(["text"])["text"].to_pylist()
    assert not any("corpus.clean" in warning for warning in corpus.manifest.warnings)


def test_names_with_a_tag_or_a_reference_inside_are_found(tmp_path):
    path = tmp_path / "notes.csv"
    text = "<p>Seen: H<b>elga</b> M&uuml;ller, day {}.</p>"
    path.write_text(
        csv_text(((f"n{i}", text.format(i), "Helga", "Müller") for i in range(5)), ("note_id", "text", "first", "last"))
    )
    config = corpus_config(
        path,
        clean={"html": True},
        deduplicate={"report_near": None},
        deidentify={"name_columns": ["first", "last"]},
        workers=0,
    )
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    texts = corpus.table(["text"])["text"].to_pylist()
    assert len(texts) == 5
    assert not any("elga" in text or "ller" in text or "<" in text for text in texts)
    # what a person is shown to judge is the same text
    assert "Helga Müller" in next(iter(original_notes(config, tmp_path / "corpus", show_progress=False))).text


def test_spans_follow_their_words_out_of_html(tmp_path):
    text = "<p>Dr. X: caf&eacute;\n and <b>chest</b> pain</p><p>end {}</p>"
    spans = [
        {"start": text.index(word), "end": text.index(word) + len(word), "word": word} for word in ("chest", "end")
    ]
    spans += [{"start": 0, "end": 3, "word": "<p>"}]
    path = tmp_path / "notes.csv"
    rows = [(f"n{i}", text.format(i), json.dumps(spans)) for i in range(5)]
    path.write_text(csv_text(rows, ("note_id", "text", "marks")))
    config = corpus_config(path, {"spans": ["marks"]}, clean={"html": True, "titles": True, "lowercase": True})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    for row in corpus.table(["text", "marks"]).to_pylist():
        assert [row["text"][one["start"] : one["end"]] for one in row["marks"]] == ["chest", "end"]
    assert corpus.manifest.counts["spans_dropped"] == 5


def test_rtf_with_spans_is_refused(tmp_path):
    path = source(tmp_path, "csv")
    with pytest.raises(CorpusError, match="spans"):
        prepare(corpus_config(path, {"spans": ["marks"]}, clean={"rtf": True}), tmp_path / "corpus")


def test_damaged_markup_costs_its_note(tmp_path):
    bad = [
        ("deep", r"{\rtf1{\fonttbl" + r"\f1" * 1000 + "} a}"),
        ("empty", "<html><head><title>x</title></head></html>"),
    ]
    path = tmp_path / "notes.csv"
    path.write_text(csv_text([*ROWS, *bad]))
    config = corpus_config(path, clean=BOTH, deduplicate={"report_near": None})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    rejects = [(row["note_id"], row["kind"]) for row in corpus.rejects().to_pylist()]
    assert rejects == [("deep", "malformed RTF"), ("empty", "nothing left after cleaning")]
    assert len(corpus) == 40


def test_notes_in_base64_are_warned_of_or_read(tmp_path):
    path = tmp_path / "notes.csv"
    rows = [(f"n{i}", base64.b64encode(f"<p>Note {i} of chest pain.</p>".encode()).decode()) for i in range(20)]
    path.write_text(csv_text([*rows, ("id", "8a3f5c0b9d7e4f21b6a0c9d8e7f6a5b4"), ("plain", "Plain note")]))
    corpus = prepare(corpus_config(path), tmp_path / "corpus", show_progress=False)
    (told,) = [warning for warning in corpus.manifest.warnings if "corpus.clean" in warning]
    assert told.startswith("20 notes")
    assert "corpus.clean.base64: true" in told
    config = corpus_config(path, clean={"base64": True, "html": True}, deduplicate={"report_near": None})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    found = dict(zip(*corpus.table(["note_id", "text"]).to_pydict().values(), strict=True))
    assert found["n7"] == "Note 7 of chest pain."
    assert found["plain"] == "Plain note"
    assert found["id"] == "8a3f5c0b9d7e4f21b6a0c9d8e7f6a5b4"
    assert {"step": "clean.base64", "changed": 20} in corpus.manifest.steps
    with pytest.raises(CorpusError, match="spans"):
        prepare(corpus_config(path, {"spans": ["marks"]}, clean={"base64": True}), tmp_path / "corpus")


def test_escaped_html_is_read_as_html_and_told(tmp_path):
    path = tmp_path / "notes.csv"
    rows = [(f"n{i}", html.escape(f"<p>Note {i}: K &lt;3</p><p>rest</p>")) for i in range(20)]
    path.write_text(csv_text([*rows, ("plain", "Temp &lt;38 and K &gt;5")]))
    corpus = prepare(corpus_config(path), tmp_path / "corpus", show_progress=False)
    (told,) = [warning for warning in corpus.manifest.warnings if "corpus.clean" in warning]
    assert told.startswith("20 notes")
    config = corpus_config(path, clean={"html": True}, deduplicate={"report_near": None})
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    found = dict(zip(*corpus.table(["note_id", "text"]).to_pydict().values(), strict=True))
    assert found["n3"] == "Note 3: K <3\nrest"
    assert found["plain"] == "Temp <38 and K >5"
    (told,) = [warning for warning in corpus.manifest.warnings if "escaped" in warning]
    assert told.startswith("20 notes")
