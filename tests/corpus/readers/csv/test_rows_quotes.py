import pytest

from wardspace.corpus.readers.csv.rows import broken_quote, closes_here


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('1,"open\n2,b\n', (2, 12)),
        ('1,"a "b"', (2, 5)),
        ('"x",y,"a""b" c', (6, 11)),
        ('"x"\r\n"y', (5, 7)),
    ],
)
def test_where_a_row_breaks(text, expected):
    assert broken_quote(text, ",") == expected


@pytest.mark.parametrize(
    ("text", "closes"), [('a",b', True), ('a"', True), ('a"\n', True), ('a"b', False), ('a";', False)]
)
def test_what_closes_a_field(text, closes):
    assert closes_here(text, 1, ",") is closes
