"""The encoding of whole files: a sample cannot show that no byte behind it is other than UTF-8."""

import gzip

import pytest

from tests.fixtures.sources import csv_text
from wardspace.corpus.readers.encodings import encoding_of
from wardspace.corpus.readers.files import find_files

PLAIN = "Seen on the ward, no complaints, vital signs stable and within their limits.\n" * 30
GERMAN = "Temperatur 38,5° – Müdigkeit"


def chosen(tmp_path, content, given="auto", name="a.csv"):
    (tmp_path / name).write_bytes(content)
    (file,) = find_files(str(tmp_path / name), "auto")
    return encoding_of([file], given, file.sample())


def notes(of=400, other=53):
    """Rows of many lines, some of which hold letters that ASCII lacks, none of them in what a sample reads."""
    step = of // other
    return csv_text((str(i), PLAIN + (GERMAN if i % step == step - 1 and i < other * step else "")) for i in range(of))


# what two letters of cp1252 say may be one of UTF-8: to a sample it is UTF-8 with a few broken lines
CHANCE = 'x,"Ã¼"\n' + "y,plain\n" * 2000


@pytest.mark.parametrize("packed", [False, True])
def test_an_encoding_that_reads_every_row_is_taken_and_said(tmp_path, packed):
    text = notes() + CHANCE
    content = text.encode("cp1252")
    found = chosen(tmp_path, gzip.compress(content) if packed else content, name="a.csv.gz" if packed else "a.csv")
    assert content.decode(found.name) == text
    assert "53 of 2,402 rows" in found.warning


def test_letters_behind_what_the_sample_reads(tmp_path):
    content = (csv_text((str(i), PLAIN) for i in range(2000)) + f"z,{GERMAN}\n" * 100).encode("cp1252")
    assert chosen(tmp_path, content).name == "cp1252"


def test_damage_of_a_few_rows_leaves_utf8(tmp_path):
    content = csv_text((str(i), "plain") for i in range(1000)).encode()
    assert chosen(tmp_path, content + b"x,\xff\xfe\x00\x81\n" * 5).name == "utf-8"
    assert chosen(tmp_path, content + "y,Müller\n".encode() * 50 + "z,Müller\n".encode("cp1252") * 50).name == "utf-8"


def test_nothing_is_said_of_bytes_that_are_not_all_utf8(tmp_path):
    accents = "y,Müller\n".encode() * 50
    assert chosen(tmp_path, b"id,text\n" + accents, "cp1252").warning
    assert chosen(tmp_path, b"id,text\n" + accents + b"z,\xfc\n", "cp1252").warning is None
    assert chosen(tmp_path, notes().encode("cp1252"), "cp1252") == ("cp1252", None)
