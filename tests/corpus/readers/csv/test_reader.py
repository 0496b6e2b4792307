import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config.corpus.source import LimitsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.csv.lines import Lines
from wardspace.corpus.readers.csv.reader import DelimitedReader
from wardspace.corpus.readers.files import find_files

NEEDED = ("note_id", "text")


def reader(tmp_path, content, *, name="notes.csv", encoding="auto", needed=NEEDED, limits=None, **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (file,) = find_files(str(path), "auto", LimitsConfig(**limits or {}))
    return DelimitedReader(file, needed, encoding, **options)


def rows(tmp_path, content, **options):
    """Line and values, or line and kind of fault, of every row."""
    found = reader(tmp_path, content, **options).rows()
    return [(row.number, row.values if row.fault is None else row.fault.kind) for row in found]


def test_quoting_as_in_rfc_4180(tmp_path):
    content = 'note_id,kind,text\n1,x,"two\nlines, and a comma"\n2,x,"he said ""no"""\n3,x,plain\n4,x,""\n'
    assert rows(tmp_path, content) == [
        (2, ("1", "two\nlines, and a comma")),
        (4, ("2", 'he said "no"')),
        (5, ("3", "plain")),
        (6, ("4", "")),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_line_ends_and_byte_order_marks(tmp_path, end, encoding):
    content = end.join(["note_id,text", f'1,"Mül{end}ler"', "2,b", ""]).encode(encoding)
    assert rows(tmp_path, content) == [(2, ("1", f"Mül{end}ler")), (4, ("2", "b"))]


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_the_delimiter_is_the_one_that_yields_the_columns(tmp_path, delimiter):
    content = "note_id,text\n1,a\n2,b;c\n".replace(",", delimiter) if delimiter != ";" else "note_id;text\n1;a\n2;b,c\n"
    assert rows(tmp_path, content)[0] == (2, ("1", "a"))


def test_tsv(tmp_path):
    assert rows(tmp_path, 'note_id\ttext\n1\ta, b\n2\t"c\td"\n', name="notes.tsv") == [
        (2, ("1", "a, b")),
        (3, ("2", "c\td")),
    ]


def test_only_needed_columns_in_the_order_asked(tmp_path):
    assert rows(tmp_path, "a,b,c\n1,2,3\n", needed=("c", "a")) == [(2, ("3", "1"))]


def test_rows_with_too_few_or_too_many_fields(tmp_path):
    content = "note_id,text\n1\n2,a\n3,a,b\n\n4,b\n"
    kind = "wrong number of fields"
    assert rows(tmp_path, content) == [(2, kind), (3, ("2", "a")), (4, kind), (6, ("4", "b"))]


def test_a_fault_tells_numbers_and_no_text(tmp_path):
    (row,) = reader(tmp_path, "note_id,text\n1,secret words,here\n").rows()
    assert row.fault.reason == "3 fields where the header has 2"


def test_nul_and_undecodable_bytes_stay_in_their_row(tmp_path):
    content = b'note_id,text\n1,a\0b\n2,"c\n\xff d"\n3,e\n'
    assert rows(tmp_path, content) == [(2, ("1", "a\0b")), (3, ("2", "c\n\udc80 d")), (5, ("3", "e"))]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('note_id,text\n1,a\n2,"open\n3,b\n', [(2, ("1", "a")), (3, "quote never closed"), (4, ("3", "b"))]),
        (
            'note_id,text\n1,"closed\nhere"\n2,"open\n',
            [(2, ("1", "closed\nhere")), (4, "quote never closed")],
        ),
        (
            'note_id,text\n1,"a"\n2,"open\n3,"b"\n4,"c"\n',
            [(2, ("1", "a")), (3, "quote never closed"), (4, ("3", "b")), (5, ("4", "c"))],
        ),
        # nothing says what a row of this file is like
        ('note_id,text\n"1\n2","open\nsome words, more\n', [(2, "quote never closed")]),
        # the quote that opens the next note closes this one, and both look whole
        (
            'note_id,text\n1,a b\n2,"open\n3,"\nb, c"\n4,d\n',
            [(2, ("1", "a b")), (3, "quote never closed"), (4, ("3", "\nb, c")), (6, ("4", "d"))],
        ),
    ],
)
def test_a_quote_never_closed_costs_its_row_alone(tmp_path, content, expected):
    assert rows(tmp_path, content) == expected


def test_lines_of_a_broken_note_do_not_pass_for_rows(tmp_path):
    note = "aspirin 75 mg, daily\nmetformin 1 g, twice\n"
    body = "".join(f'{i},"{note}end of {i}{"" if i == 3 else chr(34)}\n' for i in range(1, 7))
    found = rows(tmp_path, "note_id,text\n" + body)
    assert found[2] == (8, "quote never closed")
    assert [values[0] for _, values in found if isinstance(values, tuple)] == ["1", "2", "4", "5", "6"]


def test_a_quote_that_nothing_follows_is_warned_of_with_its_lines(tmp_path):
    source = reader(tmp_path, 'note_id,text\n1,a\n2,"open\nzebra\nzebra, zebra\n')
    *_, last = source.rows()
    assert last.fault.reason == "a quote opened on line 3 is never closed; lines 3 to 5 are left out with it"
    assert "nothing could be read behind the broken quote on line 3" in source.warnings[0]
    assert "zebra" not in last.fault.reason + source.warnings[0]


def test_many_open_quotes_are_read_through_a_few_times(tmp_path, monkeypatch):
    looked = 0
    look, feed = Lines.look, Lines.feed

    def counted_look(self, index):
        nonlocal looked
        looked += 1
        return look(self, index)

    def counted_feed(self):
        nonlocal looked
        for line in feed(self):
            looked += 1
            yield line

    monkeypatch.setattr(Lines, "look", counted_look)
    monkeypatch.setattr(Lines, "feed", counted_feed)
    content = "".join(f'{i},"text\nof {i}{"" if i % 4 == 0 else chr(34)}\n' for i in range(1, 4001))
    found = rows(tmp_path, "note_id,text\n" + content)
    assert sum(kind == "quote never closed" for _, kind in found) == 1000
    assert [v[0] for _, v in found if isinstance(v, tuple)] == [str(i) for i in range(1, 4001) if i % 4]
    assert looked < 8 * 8000


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('note_id,text\n1,"he said "no" to it"\n2,b\n', [(2, "broken quotes"), (3, ("2", "b"))]),
        # the rest of the broken note must not pass for a row of its own, though it has two fields
        ('note_id,text\n1,"said "no" to\nthen, left"\n2,b\n', [(2, "broken quotes"), (4, ("2", "b"))]),
        ('note_id,text\n1,"a" b\n2,c\n3,"d"\n', [(2, "broken quotes"), (3, ("2", "c")), (4, ("3", "d"))]),
        ('note_id,text\n1,"a "b" c\nplain\nend"\n2,c\n', [(2, "broken quotes"), (5, ("2", "c"))]),
    ],
)
def test_a_stray_quote_costs_its_row_alone(tmp_path, content, expected):
    assert rows(tmp_path, content) == expected


def test_a_row_that_does_not_end_is_not_read_into_memory(tmp_path):
    limits = {"row_characters": 1000}
    content = 'note_id,text\n1,"open\n' + "2,b\n" * 1000
    assert rows(tmp_path, content, limits=limits)[0] == (2, "quote never closed")
    found = rows(tmp_path, "note_id,text\n1," + "b" * 5000 + "\n2,c\n", limits=limits)
    assert found == [(2, "too long"), (3, ("2", "c"))]


def test_missing_columns_are_named_with_the_nearest(tmp_path):
    with pytest.raises(CorpusError, match=r"missing column: 'text' \(did you mean 'Text'\?\)"):
        reader(tmp_path, "note_id,Text,kind\n1,a,b\n")


def test_two_columns_of_one_name(tmp_path):
    with pytest.raises(CorpusError, match="two columns of the same name: text"):
        reader(tmp_path, "note_id,text,text\n1,a,b\n")


def test_position_reaches_the_size(tmp_path):
    source = reader(tmp_path, "note_id,text\n" + "1,abc\n" * 1000)
    positions = [source.position() for _ in source.rows()]
    assert positions == sorted(positions)
    assert positions[-1] == source.size


BARE = 'note_id,text\n1,"a\rb"\n2,c\rd\n3,\re\r\r\n4,f\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_bare_carriage_return_is_text_where_lines_end_in_lf(tmp_path, encoding):
    assert rows(tmp_path, BARE.encode(encoding)) == [
        (2, ("1", "a\rb")),
        (3, ("2", "c\rd")),
        (4, ("3", "\re")),
        (5, ("4", "f")),
    ]


def test_carriage_returns_do_not_hide_broken_quotes(tmp_path):
    content = 'note_id,text\n1,a\rb\n2,"open\rend\n3,"c\rd"\n'
    assert rows(tmp_path, content) == [(2, ("1", "a\rb")), (3, "quote never closed"), (4, ("3", "c\rd"))]


def test_a_header_with_line_breaks_tells_how_lines_end(tmp_path):
    content = 'note_id,"te\rxt"\n1,a\rb\n'
    assert rows(tmp_path, content, needed=("note_id", "te\rxt")) == [(2, ("1", "a\rb"))]


@given(
    st.lists(st.text(alphabet='ab ,;\t"\\\n\r', max_size=8), min_size=3, max_size=12),
    st.sampled_from([",", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_values_escaped_by_backslashes_are_read_back(texts, sign, end):
    """As MySQL writes `FIELDS ENCLOSED BY '"' ESCAPED BY '\\'`."""

    def quoted(text):
        return '"' + "".join(f"\\{one}" if one in '"\\\n\r' else one for one in text) + '"'

    content = end.join(sign.join(map(quoted, row)) for row in [("note_id", "text"), *(("1", text) for text in texts)])
    name = "notes.csv" if sign == "," else "notes.tsv"
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Path(folder), content + end, name=name, quotes="backslash")
    assert [values for _, values in found] == [("1", text) for text in texts]


MYSQL = r"""note_id,text
"1","he said \"no\", and left"
"2","C:\\temp\\"
"3","two \
lines"
"4",\N
"5","a ""doubled"" one"
"""


def test_quotes_behind_backslashes_are_recognised(tmp_path):
    assert rows(tmp_path, MYSQL) == [
        (2, ("1", 'he said "no", and left')),
        (3, ("2", "C:\\temp\\")),
        (4, ("3", "two \nlines")),
        (6, ("4", r"\N")),
        (7, ("5", 'a "doubled" one')),
    ]
    assert (2, "broken quotes") in rows(tmp_path, MYSQL, quotes="doubled")


def test_fields_that_are_not_quoted_as_mysql_dumps_tables(tmp_path):
    content = "note_id\ttext\tkind\n1\ta\\\tb\\\nc\tx\n2\td\\\\\tx\n3\t\\N\tx\n"
    found = rows(tmp_path, content, name="notes.tsv", needed=("note_id", "text", "kind"))
    assert found == [(2, ("1", "a\tb\nc", "x")), (4, ("2", "d\\", "x")), (5, ("3", r"\N", "x"))]


@pytest.mark.parametrize("text", ["C:\\", "\\\\server\\share\\", 'a \\""b\\"" c', 'one \\, two\\"", three'])
def test_backslashes_that_escape_nothing_are_text(tmp_path, text):
    found = rows(tmp_path, f'note_id,text\n1,"{text}"\n2,"b"\n')
    assert found == [(2, ("1", text.replace('""', '"'))), (3, ("2", "b"))]


def test_a_quote_behind_a_backslash_that_no_sample_showed_names_the_key(tmp_path):
    source = reader(tmp_path, 'note_id,text\n1,"a \\"b\\" c"\n', quotes="doubled")
    (row,) = source.rows()
    assert "corpus.source.quotes" in row.fault.reason


@pytest.mark.parametrize("sign", ["~", "^", "\x01", " "])
def test_a_delimiter_that_the_study_names(tmp_path, sign):
    content = f"note_id{sign}text\n1{sign}a,b;c\n"
    assert rows(tmp_path, content, delimiter=sign) == [(2, ("1", "a,b;c"))]
    assert rows(tmp_path, content, delimiter=sign, name="notes.tsv") == [(2, ("1", "a,b;c"))]


def test_the_delimiter_is_that_of_the_best_match(tmp_path):
    content = "FALLNR;DATUM;BODY\n1;2024-01-01;a, b, c, d, e\n"
    with pytest.raises(CorpusError, match=r"missing column: 'BODYY' \(did you mean 'BODY'\?\)"):
        reader(tmp_path, content, needed=("FALLNR", "DATUM", "BODYY"))
    with pytest.raises(CorpusError, match=r"did you mean 'BODY'"):
        reader(tmp_path, content, needed=("BODYY",))
    # more commas than semicolons in the names
    with pytest.raises(CorpusError, match=r"there are: note, id, or so; text|did you mean 'text'"):
        reader(tmp_path, 'id;"text, plain, long";text\n1;a;b\n', needed=("id", "texte"))
