"""Annotations whose offsets are wrong, in tables and annotated sets: mended, counted and named."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fixtures.sources import corpus_config
from wardspace.corpus import prepare

TEXTS = [f"Case {i}: Müller has 38.5 °C 🤒 and chest pain.\nNo rash; 120/80." for i in range(6)]
WORDS = ("Müller", "chest pain", "rash")
COUNTS = {
    "characters": len,
    "UTF-16 units": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
    "off by two": lambda text: len(text) - 2,
}


def spans(text, count, field):
    found = []
    for word in WORDS:
        start = text.index(word)
        found.append({"start": count(text[:start]), "end": count(text[: start + len(word)]), "type": "T", field: word})
    return found


def write(folder, kind, marks):
    """The notes with these spans, as a table or an annotated set; and its source."""
    folder.mkdir()
    if kind == "pubtator":
        lines = []
        for i, (text, own) in enumerate(zip(TEXTS, marks, strict=True)):
            title, abstract = text.split("\n")
            lines += [f"{i}|t|{title}", f"{i}|a|{abstract}"]
            lines += [f"{i}\t{one['start']}\t{one['end']}\t{one['words']}\t{one['type']}" for one in own]
            lines.append("")
        (folder / "a.txt").write_text("\n".join(lines))
    elif kind == "brat":
        for i, (text, own) in enumerate(zip(TEXTS, marks, strict=True)):
            (folder / f"d{i}.txt").write_text(text)
            lines = [f"T{n}\t{one['type']} {one['start']} {one['end']}\t{one['words']}" for n, one in enumerate(own, 1)]
            (folder / f"d{i}.ann").write_text("".join(line + "\n" for line in lines))
    else:
        notes = enumerate(zip(TEXTS, marks, strict=True))
        rows = [{"note_id": f"n{i}", "text": text, "entities": own} for i, (text, own) in notes]
        if kind == "jsonl":
            (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        elif kind == "parquet":
            pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet")
        else:
            as_text = [row | {"entities": json.dumps(row["entities"])} for row in rows]
            with (folder / "a.csv").open("w", newline="") as file:
                table = csv.DictWriter(file, ["note_id", "text", "entities"])
                table.writeheader()
                table.writerows(as_text)
    return folder


KINDS = ["csv", "jsonl", "parquet", "brat", "pubtator"]


def made(tmp_path, kind, marks):
    source = {"format": kind} if kind in ("brat", "pubtator") else {}
    columns = {} if source else {"spans": ["entities"]}
    config = corpus_config(
        write(tmp_path / "s", kind, marks), columns, source=source, deduplicate={"report_near": None}
    )
    return prepare(config, tmp_path / "corpus", show_progress=False)


def found(corpus):
    rows = corpus.table(["text", "entities"]).to_pylist()
    return [[row["text"][one["start"] : one["end"]] for one in row["entities"]] for row in rows]


@pytest.mark.parametrize("counted", COUNTS)
@pytest.mark.parametrize("kind", KINDS)
def test_offsets_that_count_otherwise_are_mended_and_counted(tmp_path, kind, counted):
    field = "text" if kind in ("csv", "parquet") else "words"
    corpus = made(tmp_path, kind, [spans(text, COUNTS[counted], field) for text in TEXTS])
    assert found(corpus) == [list(WORDS)] * 6
    told = corpus.manifest.statistics["mentions"]["entities"]
    moved = {"characters": 0, "UTF-16 units": 12, "bytes": 18, "off by two": 18}[counted]
    assert (told["read"], told["mended"], told["lost"]) == (18, moved, 0)
    assert told["units"] == ({counted: 6} if counted in ("UTF-16 units", "bytes") else {})
    warnings = [warning for warning in corpus.manifest.warnings if "mentions" in warning]
    assert len(warnings) == (moved > 0)
    assert all(f"{moved} of 18 mentions, in 6 documents" in warning for warning in warnings)


@pytest.mark.parametrize("kind", KINDS)
def test_what_fits_nowhere_costs_itself_and_is_named(tmp_path, kind):
    marks = [spans(text, len, "words") for text in TEXTS]
    marks[1][2] |= {"words": "nausea"}
    marks[4][0] |= {"start": marks[4][0]["start"] + 1, "end": marks[4][0]["end"] + 1}
    corpus = made(tmp_path, kind, marks)
    expected = [list(WORDS) for _ in TEXTS]
    expected[1].remove("rash")
    assert found(corpus) == expected
    assert corpus.manifest.counts["notes"] == 6
    told = corpus.manifest.statistics["mentions"]["entities"]
    assert (told["mended"], told["lost"]) == (1, 1)
    row = {"csv": (4, 10), "jsonl": (2, 5), "parquet": (2, 5)}
    places = {
        "brat": ("d1.ann, line 3", "d4.ann, line 1"),
        "pubtator": ("a.txt, line 11", "a.txt, line 27"),
    }.get(kind) or tuple(f"a.{kind}, row {number}" for number in row[kind])
    assert (told["places"]["lost"], told["places"]["mended"]) == ([places[0]], [places[1]])
    warnings = "\n".join(corpus.manifest.warnings)
    assert all(place in warnings for place in places)
    assert "nausea" not in json.dumps(corpus.manifest.model_dump())


def test_spans_without_words_and_beyond_sentences_and_lines_are_left_alone(tmp_path):
    wide = [{"start": 0, "end": len(text), "type": "W", "text": text} for text in TEXTS]
    corpus = made(tmp_path, "jsonl", [[one, {"start": 3, "end": 9, "type": "N"}] for one in wide])
    rows = corpus.table(["text", "entities"]).to_pylist()
    assert [[(one["start"], one["end"]) for one in row["entities"]] for row in rows] == [
        [(0, len(text)), (3, 9)] for text in TEXTS
    ]
    told = corpus.manifest.statistics["mentions"]["entities"]
    assert (told["read"], told["mended"], told["lost"]) == (6, 0, 0)
    assert not any("mentions" in warning for warning in corpus.manifest.warnings)
