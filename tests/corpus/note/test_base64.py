import base64
import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.corpus.note.base64 import base64_text

NOTES = (
    "Chest pain since Monday.",
    "Patient with caf\u00e9-au-lait spots, 38.5 \u00b0C\n\nPlan: rest\n",
    "\u80f8\u75db\u4e09\u5929\uff0c\u52a0\u91cd\u4e00\u5929\u3002",
    "<p>Seen today</p><p>Plan: rest</p>",
    "one line that is rather long " * 20,
)


@pytest.mark.parametrize("note", NOTES)
def test_packed_notes_are_read_however_they_are_packed(note):
    raw = note.encode()
    packed = base64.b64encode(raw).decode()
    forms = (packed, packed.rstrip("="), base64.urlsafe_b64encode(raw).decode(), f"  {packed}\r\n")
    assert [base64_text(form) for form in forms] == [note] * len(forms)
    assert base64_text(base64.encodebytes(raw * 3).decode()) == note * 3  # lines of 76 characters


def test_other_encodings_behind_base64():
    note = "M\u00fcller f\u00fchlt sich m\u00fcde, \u00fcbel und schw\u00e4chlich."
    for raw in (note.encode("cp1252"), note.encode("utf-16"), note.encode("utf-8-sig")):
        assert base64_text(base64.b64encode(raw).decode()) == note


@pytest.mark.parametrize(
    "note",
    [
        "",
        "Unremarkable",
        "Pneumonoultramicroscopicsilicovolcanoconiosis",
        "Seen in clinic today and well",
        str(uuid.UUID(int=7)),
        hashlib.sha256(b"x").hexdigest(),
        base64.b64encode(bytes(range(256))).decode(),
        "A" * 400,
    ],
)
def test_other_notes_are_left_alone(note):
    assert base64_text(note) is None


@given(st.binary(max_size=200), st.text(max_size=200))
def test_any_bytes_and_any_text_are_read_or_left_alone(raw, text):
    found = base64_text(base64.b64encode(raw).decode())
    assert found is None or found.encode() == raw or not raw.isascii()
    assert base64_text(f"two {text}") is None
