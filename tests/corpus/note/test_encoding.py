import pytest

from wardspace.core.errors import CorpusError
from wardspace.corpus.note.encoding import MARK, choose_encoding, detect

GERMAN = "Der Patient wurde mit Übelkeit und Rückenschmerzen aufgenommen; Größe 180 cm, Müller, Köln.\n" * 8
FRENCH = "Le patient a été hospitalisé à la suite d'une douleur; température élevée, élève présente.\n" * 8
POLISH = "Pacjent został przyjęty z bólem w klatce piersiowej, ciśnienie podwyższone, źle się czuje.\n" * 8


@pytest.mark.parametrize("text", [GERMAN, FRENCH, POLISH, "plain ASCII\n"])
@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_unicode_is_known_by_its_bytes(text, encoding, found):
    assert detect(text.encode(encoding)) == found


@pytest.mark.parametrize(("text", "encoding"), [(GERMAN, "cp1252"), (FRENCH, "latin-1"), (POLISH, "cp1250")])
def test_one_byte_encodings_are_told_so_that_the_text_comes_back(text, encoding):
    sample = text.encode(encoding)
    assert sample.decode(detect(sample)) == text


def test_a_broken_line_leaves_a_file_utf8():
    lines = [b"note %d" % i for i in range(20)]
    assert detect(b"\n".join([*lines, b"broken \xff\xfe line"])) == "utf-8"
    accents = ["Müller".encode()] * 5
    assert detect(b"\n".join([*lines, *accents, b"\xff", b"\xe9t", b"\xfc"])) == "utf-8"


def test_a_given_encoding_is_taken():
    assert choose_encoding("latin-1", GERMAN.encode("latin-1"), where="f").name == "iso8859-1"
    assert choose_encoding("UTF8", GERMAN.encode("utf-8-sig"), where="f").name == "utf-8-sig"


def test_a_one_byte_encoding_for_utf8_bytes_is_worth_a_warning():
    chosen = choose_encoding("cp1252", GERMAN.encode(), where="f.csv")
    assert chosen.name == "cp1252"
    assert "f.csv" in chosen.warning
    assert choose_encoding("cp1252", b"plain", where="f").warning is None


@pytest.mark.parametrize(
    ("given", "sample"),
    [
        ("utf-8", GERMAN.encode("latin-1")),
        ("ascii", GERMAN.encode()),
        ("utf-16", b"plain text\n" * 9),
        ("utf-8", "text\n".encode("utf-16")),
    ],
)
def test_a_wrong_encoding_is_refused(given, sample):
    with pytest.raises(CorpusError, match="wrong encoding"):
        choose_encoding(given, sample, where="f")


@pytest.mark.parametrize("name", ["utf-9", "rot13", "hex"])
def test_what_is_no_text_encoding_is_refused(name):
    with pytest.raises(CorpusError, match="no such encoding"):
        choose_encoding(name, b"text", where="f")


@pytest.mark.parametrize(
    ("encoding", "data"),
    [("utf-8", b"a\xffb"), ("utf-16-le", b"a\0\x00\xd8b\0"), ("cp1252", b"a\x81b"), ("ascii", b"a\xe9b")],
)
def test_undecodable_bytes_are_marked_in_any_encoding(encoding, data):
    assert data.decode(encoding, MARK) == "a\udc80b"
