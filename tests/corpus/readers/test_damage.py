import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config.corpus.source import LimitsConfig
from wardspace.corpus.readers.damage import DAMAGE, Unpacked, damage_of, head_of

members = st.lists(st.binary(max_size=3000), min_size=1, max_size=3)


def unpack(packed):
    """What can be unpacked, and what stopped that."""
    found = b""
    reader = io.BufferedReader(Unpacked(io.BytesIO(packed), LimitsConfig()), 64)
    try:
        while part := reader.read1(50):
            found += part
    except DAMAGE as error:
        return found, error
    return found, None


@given(members, st.integers(0, 20))
def test_members_and_padding(parts, padding):
    packed = b"".join(map(gzip.compress, parts)) + bytes(padding)
    assert unpack(packed) == (b"".join(parts), None)


@given(st.binary(min_size=1, max_size=3000), st.integers(1, 30))
def test_all_that_is_there_of_a_file_cut_short(content, cut):
    found, error = unpack(gzip.compress(content)[:-cut])
    assert isinstance(error, EOFError)
    assert content.startswith(found)
    assert cut > 8 or found == content


def test_what_follows_a_file_is_no_part_of_it():
    found, error = unpack(gzip.compress(b"notes") + b"other")
    assert found == b"notes"
    assert isinstance(error, gzip.BadGzipFile)


def test_a_wrong_checksum_is_damage():
    packed = bytearray(gzip.compress(b"notes" * 100))
    packed[-8] ^= 1
    _, error = unpack(bytes(packed))
    assert damage_of(error, io.BytesIO()).reason.startswith("the gzip file is damaged")


def test_the_head_of_a_damaged_file():
    packed = gzip.compress(b"notes" * 100)
    assert head_of(io.BufferedReader(Unpacked(io.BytesIO(packed), LimitsConfig())), 20) == (b"notes" * 4, False)
    assert head_of(io.BufferedReader(Unpacked(io.BytesIO(packed[:-1]), LimitsConfig())), 10_000) == (
        b"notes" * 100,
        True,
    )
    with pytest.raises(EOFError):
        head_of(io.BufferedReader(Unpacked(io.BytesIO(packed[:5]), LimitsConfig())), 10_000)
