"""Any valid CSV file, one closing quote of which is lost."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.csv.dialect import Dialect
from wardspace.corpus.readers.csv.rows import CsvRows

HEADER = ["id", "day", "kind", "text"]
# a line with as many delimiters as the header has would be a row to anybody
words = st.text(st.sampled_from('ab "\n'), max_size=12).map(lambda part: f"{part} x")
notes = st.lists(words, min_size=1, max_size=3).map(",".join)


@st.composite
def damaged_files(draw, delimiter):
    """Rows, and a file of them in which a note's closing quote is missing."""
    rows = [
        [str(1000 + i), f"2024-05-{i % 28 + 1:02}", draw(st.sampled_from(["ward", "clinic"])), draw(notes)]
        for i in range(draw(st.integers(8, 14)))
    ]
    rows = [[*row[:3], row[3].replace(",", delimiter)] for row in rows]
    victim = draw(st.integers(0, len(rows) - 1))
    text = ""
    for i, row in enumerate([HEADER, *rows]):
        handle = io.StringIO(newline="")
        csv.writer(handle, delimiter=delimiter, lineterminator="\n").writerow(row[:3])
        quoted = row[3].replace('"', '""')
        closing = "" if i == victim + 1 else '"'
        text += handle.getvalue().rstrip("\n") + f'{delimiter}"{quoted}{closing}\n'
    return rows, victim, text


def read(text, delimiter):
    handle = io.StringIO(text, newline="")
    return [found for _, found in CsvRows("f", Dialect(delimiter), 4, 2**20).read(handle, io.BytesIO())]


def check(found, rows, victim):
    kept = [row for row in found if not isinstance(row, Fault)]
    rejects = len(found) - len(kept)
    assert all(row in rows for row in kept)
    assert 1 <= rejects <= 3
    lost = [i for i, row in enumerate(rows) if row not in kept]
    assert victim in lost
    assert all(victim - 1 <= i <= victim + 3 for i in lost)
    assert len(kept) + rejects <= len(rows) <= len(kept) + rejects + 3


@settings(max_examples=400, deadline=None)
@given(damaged_files(","))
def test_a_lost_quote_makes_no_row_up_and_costs_a_few(damaged):
    rows, victim, text = damaged
    check(read(text, ","), rows, victim)


@settings(max_examples=200, deadline=None)
@given(damaged_files("\t"))
def test_so_in_files_parted_by_tabs(damaged):
    rows, victim, text = damaged
    check(read(text, "\t"), rows, victim)
