import json

import pytest

from wardspace.config.corpus.source import LimitsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.files import find_files
from wardspace.corpus.readers.jsonl import JsonlReader


def reader(tmp_path, content, needed=("note_id", "text"), encoding="auto"):
    path = tmp_path / "notes.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (file,) = find_files(str(path), "auto")
    return JsonlReader(file, needed, encoding)


def rows(tmp_path, content, **options):
    found = reader(tmp_path, content, **options).rows()
    return [(row.number, row.values if row.fault is None else row.fault.reason) for row in found]


def test_objects_with_their_lines(tmp_path):
    content = '{"note_id": 1, "text": "a\\u2028b\\nc", "more": [1]}\n\n{"text": "d"}\r\n{"note_id": null, "text": 5}'
    assert rows(tmp_path, content) == [(1, (1, "a\u2028b\nc")), (3, (None, "d")), (4, (None, 5))]


@pytest.mark.parametrize(
    "line", ['{"note_id": 1, "text": "secret', "[1, 2]", "nothing", '{"note_id": ' + "9" * 5000 + "}", "[" * 100_000]
)
def test_a_malformed_line_costs_itself_alone(tmp_path, line):
    found = rows(tmp_path, '{"note_id": 1, "text": "a"}\n' + line + '\n{"note_id": 2, "text": "b"}\n')
    assert [number for number, _ in found] == [1, 2, 3]
    assert isinstance(found[1][1], str)
    assert "secret" not in found[1][1]
    assert found[2][1] == (2, "b")


def test_a_key_that_comes_late_is_found(tmp_path):
    lines = [json.dumps({"note_id": i, "text": "a"}) for i in range(2000)]
    lines.append('{"note_id": 2000, "text": "a", "label": "x"}')
    found = rows(tmp_path, "\n".join(lines), needed=("note_id", "label"))
    assert found[0] == (1, (0, None))
    assert found[-1] == (2001, (2000, "x"))


def test_a_key_that_never_comes_is_missing(tmp_path):
    with pytest.raises(CorpusError, match=r"missing column: 'txt' \(did you mean 'text'\?\)"):
        reader(tmp_path, '{"note_id": 1, "text": "a"}\n', needed=("note_id", "txt"))


@pytest.mark.parametrize("content", ['[{"note_id": 1,\n "text": "a"}]', "note_id,text\n1,a\n"])
def test_what_is_not_json_lines(tmp_path, content):
    with pytest.raises(CorpusError, match="no line of this file is a JSON object"):
        reader(tmp_path, content)


def test_a_line_beyond_all_bounds_is_skipped(tmp_path):
    content = '{"note_id": 1, "text": "a"}\n{"note_id": 2, "text": "' + "b" * 1000 + '"}\n{"note_id": 3, "text": "c"}\n'
    path = tmp_path / "notes.jsonl"
    path.write_text(content)
    (file,) = find_files(str(path), "auto", LimitsConfig(row_characters=100))
    found = list(JsonlReader(file, ("note_id", "text"), "auto").rows())
    assert (found[1].number, found[1].fault.kind) == (2, "too long")
    assert found[2][:2] == (3, (3, "c"))


def test_other_encodings_and_undecodable_bytes(tmp_path):
    content = '{"note_id": 1, "text": "Müller"}\n'
    assert rows(tmp_path, content.encode("utf-16")) == [(1, (1, "Müller"))]
    assert rows(tmp_path, content.encode("utf-8-sig")) == [(1, (1, "Müller"))]
    broken = content.encode() * 3 + b'{"note_id": 2, "text": "\xff"}\n'
    assert rows(tmp_path, broken)[3] == (4, (2, "\udc80"))
