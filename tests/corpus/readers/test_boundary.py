import json

import pytest

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.boundary import FAULTS, GuardedReader, guarded
from wardspace.corpus.readers.row import Row


class Failing:
    """Reads some rows and then raises."""

    name, format, size, encoding, warnings = "a.x", "x", 1, None, ["odd"]

    def __init__(self, rows, error):
        self._rows, self._error = rows, error

    def rows(self):
        for number in range(1, self._rows + 1):
            yield Row(number, ("a",))
        raise self._error

    def position(self):
        return 0


@pytest.mark.parametrize("error", [ValueError("words of a note"), KeyError("x"), RecursionError(), UnicodeError()])
def test_a_fault_keeps_the_rows_before_it(error):
    reader = GuardedReader(Failing(3, error))
    *rows, last = reader.rows()
    assert [row.number for row in rows] == [1, 2, 3]
    assert (last.number, last.values, last.fault.kind) == (4, None, "damaged file")
    assert "words" not in last.fault.reason
    assert len(reader.warnings) == 2


def test_a_file_of_which_nothing_can_be_read():
    with pytest.raises(CorpusError) as caught:
        list(GuardedReader(Failing(0, TypeError())).rows())
    assert caught.value.fix


@pytest.mark.parametrize("error", [OSError(), MemoryError(), KeyboardInterrupt()])
def test_faults_of_the_machine_pass(error):
    with pytest.raises(type(error)):
        list(GuardedReader(Failing(2, error)).rows())


def test_one_row_is_guarded():
    assert guarded("malformed", lambda: json.loads("{"), "why") == Fault("malformed", "why")
    assert guarded("malformed", lambda: 1 // 0).kind == "malformed"
    assert guarded("malformed", lambda: 1) == 1
    assert MemoryError not in FAULTS
